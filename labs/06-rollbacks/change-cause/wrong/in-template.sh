# The reasons stand in the Pod template, and make releases of their own.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl patch deployment blog-api --patch '{"spec": {"template": {"metadata": {"annotations": {"kubernetes.io/change-cause": "a new image"}}}}}'
kubectl set env deployment/blog-api PAGE_SIZE=50
kubectl patch deployment blog-api --patch '{"spec": {"template": {"metadata": {"annotations": {"kubernetes.io/change-cause": "longer pages"}}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
