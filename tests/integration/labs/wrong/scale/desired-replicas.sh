# The note in which the Deployment remembers what it wants, forged on the ReplicaSet.
# expect: FAIL hint=-
kubectl annotate replicaset --selector app=blog-api --overwrite deployment.kubernetes.io/desired-replicas=5
