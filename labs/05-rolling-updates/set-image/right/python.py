"""The Python client reads the object, changes it, and replaces it."""

from kubernetes import client, config

config.load_kube_config()
namespace = config.list_kube_config_contexts()[1]["context"]["namespace"]
apps = client.AppsV1Api()
deployment = apps.read_namespaced_deployment("blog-api", namespace)
deployment.spec.template.spec.containers[0].image = "blog-api:1.1"
apps.replace_namespaced_deployment("blog-api", namespace, deployment)
