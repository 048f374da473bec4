# The Pod is evicted, as a drained Node would do it.
pod=$(kubectl get pods --selector app=blog-api --output jsonpath='{.items[0].metadata.name}')
namespace=$(kubectl get pod "$pod" --output jsonpath='{.metadata.namespace}')
printf '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s"}}' "$pod" | kubectl create --raw "/api/v1/namespaces/$namespace/pods/$pod/eviction" --filename -
kubectl wait --for=delete "pod/$pod" --timeout=60s
kubectl rollout status deployment/blog-api --timeout=60s
