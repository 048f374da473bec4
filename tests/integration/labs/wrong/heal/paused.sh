# A paused Deployment goes on replacing Pods, but the text wants one that can roll out.
# expect: FAIL hint=paused
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
kubectl rollout status deployment/blog-api --timeout=120s
kubectl rollout pause deployment/blog-api
