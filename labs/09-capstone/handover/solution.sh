# READY and UP-TO-DATE are compared with what is asked for; four do not have it.
kubectl get deployments
kubectl label deployment archive comments gallery search needs=attention
