# The limit is taken away, so ten are kept; then the template is changed in an editor.
kubectl patch deployment blog-api --type=merge --patch '{"spec": {"revisionHistoryLimit": null}}'
KUBE_EDITOR="sed -i.bak -e 's/blog-api:1.1\$/blog-api:1.0/' -e 's/value: \"50\"/value: \"20\"/'" kubectl edit deployment blog-api
kubectl rollout status deployment/blog-api --timeout=60s
