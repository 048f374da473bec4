# Complete is what has as many updated and available Pods as it asks for.
kubectl label deployment archive articles rollout=complete --overwrite
kubectl label deployment comments search rollout=incomplete --overwrite
kubectl get deployments --label-columns=rollout
