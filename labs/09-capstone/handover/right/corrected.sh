# All of them get the label, and the healthy ones lose it again.
kubectl label deployments --all needs=attention
kubectl label deployment front newsletter needs-
