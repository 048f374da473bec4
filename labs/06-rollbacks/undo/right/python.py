"""The Python client copies the template of revision 1 from its ReplicaSet."""

from kubernetes import client, config

config.load_kube_config()
namespace = config.list_kube_config_contexts()[1]["context"]["namespace"]
apps = client.AppsV1Api()
replicasets = apps.list_namespaced_replica_set(namespace, label_selector="app=blog-api").items
old = next(one for one in replicasets if one.metadata.annotations["deployment.kubernetes.io/revision"] == "1")
del old.spec.template.metadata.labels["pod-template-hash"]
deployment = apps.read_namespaced_deployment("blog-api", namespace)
deployment.spec.template = old.spec.template
apps.replace_namespaced_deployment("blog-api", namespace, deployment)
