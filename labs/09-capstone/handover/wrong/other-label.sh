# The right ones, with another label.
kubectl label deployment archive comments gallery search attention=needed
