# A second container with the new image, beside the one with the old.
# expect: FAIL hint=wrong-image
# says: it asks for blog-api:1.1, blog-api:1.0
kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "new", "image": "blog-api:1.1"}]}}}}'
