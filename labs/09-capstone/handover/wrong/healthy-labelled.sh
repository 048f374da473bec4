# Zero Pods look like trouble.
kubectl label deployment archive comments gallery search newsletter needs=attention
