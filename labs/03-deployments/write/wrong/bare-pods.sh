# Three Pods without an owner.
kubectl run blog-api-1 --image=blog-api:1.0 --labels=app=blog-api,tier=web
kubectl run blog-api-2 --image=blog-api:1.0 --labels=app=blog-api,tier=web
kubectl run blog-api-3 --image=blog-api:1.0 --labels=app=blog-api,tier=web
kubectl wait --for=condition=Ready pods --all --timeout=60s
