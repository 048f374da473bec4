# Look into the history, then go to the revision that has the banner and the image 1.0.
kubectl rollout history deployment/blog-api --revision=2
kubectl rollout undo deployment/blog-api --to-revision=2
kubectl rollout status deployment/blog-api --timeout=60s
kubectl rollout history deployment/blog-api
