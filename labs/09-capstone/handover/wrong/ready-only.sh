# Only those that have no ready Pods.
kubectl label deployment gallery search needs=attention
