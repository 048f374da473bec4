# Released, and then deleted with its Pods first: the finalizer of one Pod keeps the ReplicaSet and the Deployment.
# expect: FAIL hint=leaving
# says: the Deployment blog-api is being deleted
# says: you: deleted the Deployment blog-api
# unsaid: you: deleted the Pod
# unsaid: you: deleted the ReplicaSet
kubectl set image deployment/blog-api blog-api=blog-api:1.1
kubectl rollout status deployment/blog-api --timeout=120s
new=$(kubectl get pods --output jsonpath='{.items[?(@.spec.containers[0].image=="blog-api:1.1")].metadata.name}')
kubectl patch pod "${new%% *}" --patch '{"metadata": {"finalizers": ["example.com/hold"]}}'
kubectl delete deployment blog-api --cascade=foreground --wait=false
for pod in ${new#* }; do kubectl wait --for=delete "pod/$pod" --timeout=60s; done
