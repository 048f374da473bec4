# The path is corrected in an editor.
KUBE_EDITOR='sed -i.bak s,path:./ready$,&z,' kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
