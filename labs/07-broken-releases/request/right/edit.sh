# The missing letter is added in an editor.
KUBE_EDITOR="sed -i.bak 's/cpu: \"64\"/cpu: 64m/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
