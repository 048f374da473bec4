# All four are as ready as they should be.
kubectl label deployment --all rollout=complete
