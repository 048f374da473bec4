# A colleague in a hurry has given one Pod another image, by hand.
kubectl wait --for=jsonpath='{.status.replicas}'=3 deployment/blog-api --timeout=60s
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
kubectl wait --for=jsonpath='{.status.phase}'=Running "$pod" --timeout=60s
kubectl set image "$pod" blog-api=blog-api:1.1
