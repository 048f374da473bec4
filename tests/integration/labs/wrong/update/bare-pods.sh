# Three Pods with the new image, under the label, which nobody owns.
# expect: FAIL hint=bare-pods
for n in 1 2 3; do kubectl run "new-$n" --image=blog-api:1.1 --labels=app=blog-api; done
