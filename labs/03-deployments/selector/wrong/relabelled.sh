# The Pods are given the new label by hand.
kubectl label pods --all app=blog --overwrite
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/blog-api --timeout=60s
