# Four Pods: one is exporting, and one is sick and was given a high price.
kubectl apply view-last-applied deployment/blog-api | kubectl patch --local --filename - --patch '{"spec": {"replicas": 4}}' --output yaml | kubectl apply --filename -
kubectl wait --for=jsonpath='{.status.replicas}'=4 deployment/blog-api --timeout=60s
busy=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl label "$busy" task=export
sick=$(kubectl get pods --selector app=blog-api --output name | tail -n 1)
kubectl annotate "$sick" controller.kubernetes.io/pod-deletion-cost=1000
kubectl wait --for=jsonpath='{.status.phase}'=Running "$sick" --timeout=60s
kubectl set image "$sick" blog-api=blog-api:9.9
