"""The Python client patches the scale subresource."""

from kubernetes import client, config

config.load_kube_config()
namespace = config.list_kube_config_contexts()[1]["context"]["namespace"]
apps = client.AppsV1Api()
apps.patch_namespaced_deployment_scale("blog-api", namespace, {"spec": {"replicas": 5}})
