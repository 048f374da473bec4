# Labelled well, and mended at once.
kubectl label deployment archive comments gallery search needs=attention
kubectl set image deployment/comments blog-api=blog-api:1.1
