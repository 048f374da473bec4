# Both changes at once, but in the cluster only.
kubectl patch deployment blog-api --patch 'spec: {replicas: 4, template: {spec: {containers: [{name: blog-api, env: [{name: LOG_LEVEL, value: debug}]}]}}}'
kubectl rollout status deployment/blog-api --timeout=60s
