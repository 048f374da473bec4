# The Pods are deleted, and come back as they were.
kubectl delete pods --all
