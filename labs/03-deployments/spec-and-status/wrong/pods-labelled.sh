# The labels are on the Pods.
kubectl label pods --selector app=articles rollout=complete
kubectl label pods --selector app=comments rollout=incomplete
kubectl label pods --selector app=search rollout=incomplete
