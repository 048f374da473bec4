# Each release brings its reason along, in the same request.
kubectl patch deployment blog-api --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "1.1: search finds titles, too"}}, "spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
kubectl patch deployment blog-api --patch '{"metadata": {"annotations": {"kubernetes.io/change-cause": "50 posts on a page"}}, "spec": {"template": {"spec": {"containers": [{"name": "blog-api", "env": [{"name": "PAGE_SIZE", "value": "50"}]}]}}}}'
kubectl rollout status deployment/blog-api --timeout=60s
