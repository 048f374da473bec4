# One is left out.
kubectl label deployment comments gallery search needs=attention
