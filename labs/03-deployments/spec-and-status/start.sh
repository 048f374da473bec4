# Two of four are asked for something that does not come: one is paused, one waits for an image. No Pod goes meanwhile.
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/comments deployment/search --timeout=60s
kubectl rollout pause deployment/comments
kubectl apply view-last-applied deployment/comments | kubectl set image --local --filename - blog-api=blog-api:1.1 --output yaml | kubectl apply --filename -
kubectl apply view-last-applied deployment/search | kubectl set image --local --filename - blog-api=blog-api:9.9 --output yaml | kubectl apply --filename -
