# The probe asks a port at which nobody listens.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.4","readinessProbe":{"httpGet":{"path":"/readyz","port":80},"periodSeconds":1}}]}}}}'
kubectl get pods
