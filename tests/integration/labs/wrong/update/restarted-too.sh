# The rollout is done, and then once more: an annotation of the template is nobody's loss.
# expect: PASS
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout restart deployment/blog-api
