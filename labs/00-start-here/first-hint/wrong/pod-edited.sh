# The image of one Pod is mended, and nothing else.
pod=$(kubectl get pods --output name | head -n 1)
kubectl set image "$pod" blog-api=blog-api:1.1
kubectl wait --for=condition=Ready "$pod" --timeout=120s
