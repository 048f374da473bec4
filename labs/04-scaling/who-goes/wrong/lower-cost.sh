# A low number is taken for a good place in the queue.
kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=-100
kubectl scale deployment blog-api --replicas=2
kubectl rollout status deployment/blog-api --timeout=60s
