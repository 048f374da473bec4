# The Deployment is made to say that it is at revision 1; the old ReplicaSet, that it is the newest.
# expect: FAIL hint=-
kubectl annotate deployment blog-api --overwrite deployment.kubernetes.io/revision=1
