# kubectl writes the manifest, with the label in it, and applies it.
kubectl run blog --image=blog-api:1.0 --labels=port=8080 --dry-run=client --output yaml | kubectl apply --filename -
kubectl wait --for=condition=Ready pod/blog --timeout=60s
kubectl logs blog
