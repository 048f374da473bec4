"""The embedded engine: the upstream control plane as plain processes, Nodes and Pods simulated by KWOK."""
