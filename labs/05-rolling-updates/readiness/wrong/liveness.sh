# The other probe: it decides who is started again, not who is given work.
kubectl patch deployment blog-api --patch '{"spec":{"template":{"spec":{"containers":[{"name":"blog-api","image":"blog-api:1.4","livenessProbe":{"httpGet":{"path":"/healthz","port":8080},"periodSeconds":10}}]}}}}'
kubectl get pods
