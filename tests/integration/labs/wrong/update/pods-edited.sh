# The Pods are told another image; what they are made from is not.
# expect: FAIL hint=pods-edited
# says: you: changed the image of the Pod
# unsaid: its replacement will not know of it
# on kind, too
kubectl get pods --selector app=blog-api --output name | xargs -I{} kubectl set image {} blog-api=blog-api:1.1
