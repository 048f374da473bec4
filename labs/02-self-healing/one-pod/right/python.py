"""The Python client deletes a Pod."""

from kubernetes import client, config

config.load_kube_config()
namespace = config.list_kube_config_contexts()[1]["context"]["namespace"]
core = client.CoreV1Api()
pod = core.list_namespaced_pod(namespace, label_selector="app=blog-api").items[0]
core.delete_namespaced_pod(pod.metadata.name, namespace)
