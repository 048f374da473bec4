package kubelet

import (
	"context"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientset "k8s.io/client-go/kubernetes"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Provisioner is the name by which StorageClasses ask for folders of a Node.
const Provisioner = "driftlab.dev/node-folder"

// volumesFolder is where they lie in what stands for the Node's own files.
const volumesFolder = "/var/lib/driftlab/volumes"

// folders makes volumes: a folder of the Node that the claim's first Pod was scheduled to.
type folders struct{ nodes string }

// Provision makes volumes for claims until ctx is done. nodes is the folder that holds the Nodes'.
func Provision(ctx context.Context, client clientset.Interface, nodes string) {
	go controller.NewProvisionController(ctx, client, Provisioner, folders{nodes}, controller.LeaderElection(false)).Run(ctx)
}

func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	node := options.SelectedNodeName
	path := filepath.Join(volumesFolder, options.PVName)
	if err := os.MkdirAll(f.at(node, path), 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	directory := v1.HostPathDirectory
	on := v1.NodeSelectorRequirement{Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{node}}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			VolumeMode:                    options.PVC.Spec.VolumeMode,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: options.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeSource:        v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: path, Type: &directory}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{
				NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchExpressions: []v1.NodeSelectorRequirement{on}}},
			}},
		},
	}, controller.ProvisioningFinished, nil
}

func (f folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	for _, term := range volume.Spec.NodeAffinity.Required.NodeSelectorTerms {
		for _, node := range term.MatchExpressions[0].Values {
			if err := os.RemoveAll(f.at(node, filepath.Join(volumesFolder, volume.Name))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f folders) at(node, path string) string { return filepath.Join(f.nodes, node, "host", path) }
