# A name and an image are asked for; the rest is the learner's.
# expect: PASS
kubectl run loner --image=blog-api:1.0 --labels=app=loner --env=GREETING=hello --annotations='example.com/note=<b>x</b>'
