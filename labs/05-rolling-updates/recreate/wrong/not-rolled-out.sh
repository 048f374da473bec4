# The strategy is right, and nothing is released.
kubectl patch deployment blog-api --patch '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'
