# One more is asked for, to make up for the one that is lost.
kubectl scale deployment blog-api --replicas=4
