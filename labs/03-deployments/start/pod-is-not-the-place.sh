# A colleague in a hurry has given one Pod another image, by hand.
kubectl wait --for=condition=Available deployment/blog-api --timeout=60s
kubectl set image "$(kubectl get pods --selector app=blog-api --output name | head -n 1)" blog-api=blog-api:1.1
