# A thousand things that nobody needs beside the right answer.
# expect: PASS
for n in {1..900}; do echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: junk-$n}}"; echo "---"; done > "$TMPDIR/junk.yaml"
for n in {1..100}; do
  echo "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: junk-$n}, spec: {replicas: 0, selector: {matchLabels: {junk: j$n}},"
  echo " template: {metadata: {labels: {junk: j$n}}, spec: {containers: [{name: junk, image: junk}]}}}}"
  echo "---"
done >> "$TMPDIR/junk.yaml"
kubectl create --filename "$TMPDIR/junk.yaml" > "$TMPDIR/made"
kubectl scale deployment blog-api --replicas=5
