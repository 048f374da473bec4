# In another namespace: a learner has none.
# expect: FAIL hint=-
if kubectl create namespace elsewhere; then exit 1; fi
if kubectl create deployment blog-api --image=blog-api:1.0 --replicas=5 --namespace=default; then exit 1; fi
if kubectl scale deployment blog-api --replicas=5 --as=system:admin; then exit 1; fi
