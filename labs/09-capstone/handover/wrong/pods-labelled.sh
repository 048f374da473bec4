# The Pods that are not ready, instead of their Deployments.
kubectl label pods --selector 'app in (gallery,search)' needs=attention
