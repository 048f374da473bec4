# The variable refers to another one; both changes are made in an editor.
kubectl rollout pause deployment/blog-api
KUBE_EDITOR='sed -i.bak s/blog-api:1.0$/blog-api:1.2/' kubectl edit deployment blog-api
kubectl set env deployment/blog-api 'DATABASE_HOST=db' 'DATABASE_URL=postgres://$(DATABASE_HOST)/blog'
kubectl rollout resume deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=60s
