# The labels come by patches.
kubectl patch deployment archive --patch '{"metadata": {"labels": {"rollout": "complete"}}}'
kubectl patch deployment articles --patch '{"metadata": {"labels": {"rollout": "complete"}}}'
kubectl patch deployment comments --type=merge --patch '{"metadata": {"labels": {"rollout": "incomplete"}}}'
kubectl patch deployment search --type=json --patch '[{"op": "add", "path": "/metadata/labels", "value": {"rollout": "incomplete"}}]'
