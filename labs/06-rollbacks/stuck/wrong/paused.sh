# The rollout is paused, so that it cannot do any harm.
kubectl rollout pause deployment/blog-api
