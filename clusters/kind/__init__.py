"""The kind engine: Nodes are containers, and Pods run real containers."""
