# The exporting Pod leaves the family, and somebody else takes its place.
kubectl label pod --selector task=export app=quarantine --overwrite
kubectl wait --for=jsonpath='{.status.replicas}'=4 deployment/blog-api --timeout=60s
kubectl scale deployment blog-api --replicas=2
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/blog-api --timeout=60s
