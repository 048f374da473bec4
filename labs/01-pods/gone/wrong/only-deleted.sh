# Deleted, and then waited for somebody to bring it back.
kubectl delete pod blog
