# A Deployment looks after its Pods.
kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3
