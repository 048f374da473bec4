# An image whose name is one long word.
# expect: FAIL hint=wrong-image
# says: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
long=$(printf 'x%.0s' {1..250})
kubectl set image deployment/blog-api "blog-api=$long:$long"
