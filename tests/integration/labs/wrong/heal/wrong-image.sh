# Three Pods that somebody looks after, of another release.
# expect: FAIL hint=wrong-image
# says: it asks for blog-api:1.1
kubectl create deployment blog-api --image=blog-api:1.1 --replicas=3
kubectl rollout status deployment/blog-api --timeout=120s
