# A Pod's probe cannot be changed, nor what it says of itself.
# expect: FAIL hint=-
pod=$(kubectl get pods --selector app=blog-api --output name | head -n 1)
if kubectl patch "$pod" --patch '{"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}'; then exit 1; fi
if kubectl patch "$pod" --subresource=status --patch '{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}'; then exit 1; fi
