# The variable is put together from others.
kubectl set env deployment/blog-api DATABASE_HOST=blog-db 'DATABASE_URL=postgres://$(DATABASE_HOST):5432/blog'
kubectl rollout status deployment/blog-api --timeout=60s
