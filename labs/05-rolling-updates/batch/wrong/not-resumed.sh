# Both changes are written down, and the rollout is left paused.
kubectl rollout pause deployment/blog-api
kubectl set image deployment/blog-api blog-api=blog-api:1.2
kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog
