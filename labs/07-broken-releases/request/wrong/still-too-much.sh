# Half of it, and still more than any Node has.
kubectl set resources deployment/blog-api --requests=cpu=32
