# The first half only.
kubectl create configmap answers --from-literal=q1=observe --from-literal=q2=deployment --from-literal=q3=job --from-literal=q4=pod --from-literal=q5=deployment --from-literal=q6=delete
