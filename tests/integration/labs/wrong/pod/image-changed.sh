# Made with another image, and changed then: a Pod can be told another image, and this one is right now.
# expect: PASS
# says: changed the image of the Pod loner
# unsaid: its replacement
kubectl run loner --image=blog-api:1.1
kubectl wait --for=condition=Ready pod/loner --timeout=120s
kubectl set image pod/loner loner=blog-api:1.0
