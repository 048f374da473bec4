# The name is cut out of the log, and goes into the note by itself.
kubectl run look --image=docker.io/library/blog-api:1.2 --restart=Never
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/look --timeout=60s
kubectl logs look
variable=$(kubectl logs look | sed -n 's/.*environment variable \(.*\) is not set/\1/p')
kubectl create configmap notes --from-literal="variable=$variable"
kubectl delete pod look
