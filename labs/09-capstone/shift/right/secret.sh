# The database comes from a Secret; the probe is corrected in an editor, and front gets strategy and image in one patch.
KUBE_EDITOR='sed -i.bak s,path:./ready$,&z,' kubectl edit deployment search
kubectl create secret generic gallery --from-literal=DATABASE_URL=postgres://db.internal/gallery
kubectl set env deployment/gallery --from=secret/gallery
kubectl patch deployment comments --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl patch deployment archive --patch '{"spec": {"paused": false}}'
kubectl rollout status deployment/search --timeout=60s
kubectl rollout status deployment/gallery --timeout=60s
kubectl rollout status deployment/comments --timeout=60s
kubectl rollout status deployment/archive --timeout=60s
kubectl create deployment feedback --image=blog-api:1.0 --replicas=2 --dry-run=client --output yaml | kubectl apply --filename -
kubectl rollout status deployment/feedback --timeout=60s
kubectl delete pod feedback
kubectl patch deployment front --patch '{"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, "template": {"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}}}'
kubectl rollout status deployment/front --timeout=60s
