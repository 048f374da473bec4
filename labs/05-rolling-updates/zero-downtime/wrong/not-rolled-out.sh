# The strategy is right, and nothing is released.
kubectl patch deployment blog-api --patch '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'
