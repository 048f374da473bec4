# Three Pods, and nobody who looks after any of them.
# expect: FAIL hint=bare-pods
for n in 2 3; do kubectl run "blog-api-$n" --image=blog-api:1.0 --labels=app=blog-api; done
