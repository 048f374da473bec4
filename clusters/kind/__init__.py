"""Real kind clusters: Nodes are containers, Pods are real."""
