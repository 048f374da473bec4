# The level comes from a ConfigMap, to which the file refers.
kubectl create configmap logging --from-literal=LOG_LEVEL=debug
kubectl apply view-last-applied deployment/blog-api --output yaml | kubectl patch --local --filename - --patch 'spec: {replicas: 4, template: {spec: {containers: [{name: blog-api, envFrom: [{configMapRef: {name: logging}}]}]}}}' --output yaml | kubectl apply --filename -
kubectl rollout status deployment/blog-api --timeout=60s
