# The limit is an eighth of a gibibyte, in an editor.
KUBE_EDITOR="sed -i.bak 's/memory: 64Mi/memory: 0.125Gi/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
