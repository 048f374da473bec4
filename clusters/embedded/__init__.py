"""The embedded engine: upstream Kubernetes, from etcd to the kubelet, as plain processes."""
