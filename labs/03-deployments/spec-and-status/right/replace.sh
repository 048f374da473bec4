# Each object is read, labelled beside the cluster, and put back.
kubectl get deployments archive articles --output json | kubectl label --local --filename - rollout=complete --output json | kubectl replace --filename -
kubectl get deployments comments search --output json | kubectl label --local --filename - rollout=incomplete --output json | kubectl replace --filename -
