# Three replicas, and another release than was asked for.
# expect: FAIL hint=wrong-image
# says: it asks for blog-api:1.2
kubectl set image deployment/blog-api blog-api=blog-api:1.2
