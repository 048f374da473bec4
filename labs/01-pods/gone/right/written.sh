# It is made from a manifest that kubectl has written, with the whole name of the image.
kubectl delete pod blog --now
kubectl run blog --image=docker.io/library/blog-api:1.1 --labels=team=readers --dry-run=client --output yaml | kubectl create --filename -
kubectl wait --for=condition=Ready pod/blog --timeout=60s
