# The Deployment says of itself that it is at revision 2.
# expect: FAIL hint=-
kubectl annotate deployment blog-api --overwrite deployment.kubernetes.io/revision=2
