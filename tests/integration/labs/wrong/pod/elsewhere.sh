# In a namespace that is not the learner's.
# expect: FAIL hint=-
if kubectl run loner --image=blog-api:1.0 --namespace=kube-system; then exit 1; fi
