# A Deployment with a very long name: its ReplicaSet cannot be made.
# expect: FAIL hint=other-name
# says: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
kubectl create deployment api --image=blog-api:1.0 --output=yaml --dry-run=client |
  sed "s/^  name: api/  name: $(printf 'x%.0s' {1..250})/" > "$TMPDIR/long.yaml"
kubectl create --filename "$TMPDIR/long.yaml"
