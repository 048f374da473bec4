# The Pod is right, and blog-api was given a note: its generation rises, and what it asks for is what it was.
# expect: PASS
# says: nobody does
# on kind, too
kubectl annotate deployment blog-api example.com/note="left alone"
kubectl run loner --image=blog-api:1.0
kubectl wait --for=condition=Ready pod/loner --timeout=120s
