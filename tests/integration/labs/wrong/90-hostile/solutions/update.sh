# Another image in the template: the Deployment rolls it out.
kubectl set image deployment/blog-api blog-api=blog-api:1.1
