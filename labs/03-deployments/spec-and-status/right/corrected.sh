# All of them get one label, and two of them are corrected.
kubectl label deployments --all rollout=complete
kubectl label deployment comments search rollout=incomplete --overwrite
