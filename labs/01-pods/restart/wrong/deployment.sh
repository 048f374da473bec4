# A Deployment, whose Pods are always started again.
kubectl create deployment once --image=blog-api:1.2
