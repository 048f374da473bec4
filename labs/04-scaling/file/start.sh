# A colleague has scaled by hand: the file that was applied still says 3.
kubectl scale deployment blog-api --replicas=5
