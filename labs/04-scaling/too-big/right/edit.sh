# It is corrected in an editor.
KUBE_EDITOR="sed -i.bak 's/cpu: \"500\"/cpu: 50m/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
