# comments gets a release with a typing mistake in it, and archive one that is paused before it begins.
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/comments deployment/archive --timeout=60s
kubectl set image deployment/comments blog-api=blog-pai:1.1
kubectl patch deployment archive --patch '{"spec": {"paused": true, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
