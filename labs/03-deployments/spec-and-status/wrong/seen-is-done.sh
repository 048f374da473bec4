# The controller has seen the newest spec of comments, and its Pods are all alike.
kubectl label deployment archive articles comments rollout=complete
kubectl label deployment search rollout=incomplete
