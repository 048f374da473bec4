# The ReplicaSet, wherever there is one.
kubectl create configmap answers --from-literal=q1=observe --from-literal=q2=deployment --from-literal=q3=job --from-literal=q4=pod --from-literal=q5=replicaset --from-literal=q6=delete --from-literal=q7=deployment --from-literal=q8=job --from-literal=q9=replicaset --from-literal=q10=replicaset --from-literal=q11=observe --from-literal=q12=pod
