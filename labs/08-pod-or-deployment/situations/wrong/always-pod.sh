# A Pod for everything.
kubectl create configmap answers --from-literal=q1=observe --from-literal=q2=pod --from-literal=q3=pod --from-literal=q4=pod --from-literal=q5=pod --from-literal=q6=delete --from-literal=q7=pod --from-literal=q8=pod --from-literal=q9=deployment --from-literal=q10=deployment --from-literal=q11=observe --from-literal=q12=pod
