"""Talk to a Kubernetes API server: client, kubeconfig, kubectl, rights, cleanup."""
