# What runs nothing must be broken.
kubectl label deployment articles rollout=complete
kubectl label deployment archive comments search rollout=incomplete
