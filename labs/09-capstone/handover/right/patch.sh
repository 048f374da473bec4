# Each gets its label by a patch.
kubectl patch deployment archive --patch '{"metadata": {"labels": {"needs": "attention"}}}'
kubectl patch deployment comments --type=merge --patch '{"metadata": {"labels": {"needs": "attention"}}}'
kubectl patch deployment gallery --type=json --patch '[{"op": "add", "path": "/metadata/labels/needs", "value": "attention"}]'
kubectl patch deployment search --patch '{"metadata": {"labels": {"needs": "attention"}}}'
