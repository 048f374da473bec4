"""What objects of the Kubernetes API mean: templates, selectors, quantities, containers, probes."""
