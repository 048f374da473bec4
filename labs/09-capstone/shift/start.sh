# comments gets a release with a typing mistake in it, and archive one that is paused before it begins.
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/comments deployment/archive --timeout=60s
kubectl apply view-last-applied deployment/comments | kubectl set image --local --filename - blog-api=blog-pai:1.1 --output yaml | kubectl apply --filename -
kubectl rollout pause deployment/archive
kubectl apply view-last-applied deployment/archive | kubectl set image --local --filename - blog-api=blog-api:1.1 --output yaml | kubectl apply --filename -
