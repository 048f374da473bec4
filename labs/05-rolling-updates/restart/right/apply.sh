# The note is written into the file, and that is applied.
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch '{"spec": {"template": {"metadata": {"annotations": {"built": "again"}}}}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
