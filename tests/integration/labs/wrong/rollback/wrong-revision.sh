# Without a number, undo goes back one step only.
# expect: FAIL hint=wrong-revision
# says: its template is not that of revision 1; its images: blog-api:1.1
# on kind, too
kubectl rollout undo deployment/blog-api
kubectl rollout status deployment/blog-api --timeout=120s
