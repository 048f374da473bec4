# Right, but in other words.
kubectl label deployment archive articles rollout=done
kubectl label deployment comments search rollout=hanging
