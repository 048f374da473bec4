# A note of one's own in the template does the same.
kubectl patch deployment blog-api --patch '{"spec": {"template": {"metadata": {"annotations": {"blog.example/built": "again"}}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
