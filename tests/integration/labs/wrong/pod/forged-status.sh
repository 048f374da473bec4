# Whether a Pod is ready is for the kubelet to say, and where it runs for the scheduler.
# expect: WAITING hint=unscheduled
ready='{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}'
kubectl run loner --image=blog-api:1.0 --overrides='{"spec": {"schedulingGates": [{"name": "example.com/hold"}]}}'
if kubectl patch pod loner --subresource=status --patch "$ready"; then exit 1; fi
kubectl patch pod loner --patch "$ready"
