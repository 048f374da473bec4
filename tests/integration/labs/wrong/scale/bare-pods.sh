# Two Pods more, with the right label, and nobody who owns them.
# expect: FAIL hint=bare-pods
# on kind, too
kubectl run one-more --image=blog-api:1.0 --labels=app=blog-api
kubectl run and-another --image=blog-api:1.0 --labels=app=blog-api
kubectl wait --for=condition=Ready pod --selector app=blog-api --timeout=120s
