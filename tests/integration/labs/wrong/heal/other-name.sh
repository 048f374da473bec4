# A Deployment of another name.
# expect: FAIL hint=other-name
kubectl create deployment api --image=blog-api:1.0 --replicas=3
