# A Pod with a very long name of its own.
# expect: FAIL hint=other-name
# says: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
kubectl run loner --image=blog-api:1.0 --output=yaml --dry-run=client |
  sed "s/^  name: loner/  name: $(printf 'x%.0s' {1..250})/" > "$TMPDIR/long.yaml"
kubectl create --filename "$TMPDIR/long.yaml"
