# Everything by force, wherever it runs.
kubectl delete pods --all --force
