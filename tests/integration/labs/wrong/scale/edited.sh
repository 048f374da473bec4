# Not by `kubectl scale`: the text says, by whichever command.
# expect: PASS
kubectl patch deployment blog-api --patch '{"spec": {"replicas": 5}}'
