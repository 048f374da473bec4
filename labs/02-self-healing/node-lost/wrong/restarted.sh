# A restart of everything, because something hangs.
kubectl rollout restart deployment blog-api
