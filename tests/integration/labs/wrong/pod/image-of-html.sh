# An image that cannot be pulled, with a name that comes back in what the kubelet says.
# expect: FAIL hint=wrong-image
# says: <script>alert(1)</script>
kubectl run loner --image=blog-api:1.0 --overrides='{"spec": {"containers": [{"name": "loner", "image": "<script>alert(1)</script>\u001b[2J\u202e"}]}}'
kubectl wait --for=jsonpath='{.status.containerStatuses[0].state.waiting.reason}'=InvalidImageName pod/loner --timeout=60s
