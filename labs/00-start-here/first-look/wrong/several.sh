# All of them, so the right one is among them.
kubectl label pods --all seen=yes
