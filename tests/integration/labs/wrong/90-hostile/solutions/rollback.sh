# Revision 1 again, with all that belongs to it.
kubectl rollout undo deployment/blog-api --to-revision=1
