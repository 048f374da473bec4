# Two of four are asked for something that does not come: one is paused, one waits for an image. No Pod goes meanwhile.
kubectl wait --for=jsonpath='{.status.replicas}'=2 deployment/comments deployment/search --timeout=60s
kubectl patch deployment comments --patch '{"spec": {"paused": true, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl set image deployment/search blog-api=blog-api:9.9
