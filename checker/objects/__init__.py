"""The meaning of Kubernetes API objects: templates, selectors, quantities, containers, probes."""
