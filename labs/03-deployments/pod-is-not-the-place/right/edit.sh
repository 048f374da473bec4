# The template is changed in an editor.
KUBE_EDITOR='sed -i.bak s/blog-api:1.0$/blog-api:1.1/' kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
