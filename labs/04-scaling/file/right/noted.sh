# What runs is right already: only what was applied is corrected, in an editor.
KUBE_EDITOR="sed -i.bak 's/^  replicas: 3\$/  replicas: 5/'" kubectl apply edit-last-applied deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
