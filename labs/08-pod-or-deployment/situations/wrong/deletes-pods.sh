# Delete the Pod, and all will be well.
kubectl create configmap answers --from-literal=q1=delete --from-literal=q2=delete --from-literal=q3=job --from-literal=q4=pod --from-literal=q5=deployment --from-literal=q6=delete --from-literal=q7=deployment --from-literal=q8=job --from-literal=q9=delete --from-literal=q10=delete --from-literal=q11=delete --from-literal=q12=delete
