# Four Pods: one is exporting, and one is sick and was given a high price.
kubectl scale deployment blog-api --replicas=4
kubectl rollout status deployment/blog-api --timeout=60s
busy=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl label "$busy" task=export
sick=$(kubectl get pods --selector app=blog-api --output name | tail -n 1)
kubectl annotate "$sick" controller.kubernetes.io/pod-deletion-cost=1000
kubectl set image "$sick" blog-api=blog-api:9.9
