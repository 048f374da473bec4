# Two of the four are asked for something new that does not come: one is paused, the other waits for an image.
kubectl wait --for=condition=Available deployment --all --timeout=60s
kubectl rollout pause deployment comments
kubectl set image deployment/comments blog-api=blog-api:1.1
kubectl set image deployment/search blog-api=blog-api:9.9
