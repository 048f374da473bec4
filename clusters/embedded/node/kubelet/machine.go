package kubelet

import (
	"context"

	cadvisorapi "github.com/google/cadvisor/info/v1"
	cadvisorapiv2 "github.com/google/cadvisor/info/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/kubernetes/pkg/kubelet/cadvisor"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
)

// storage is how much a Node says that it has for images, logs and writable layers.
const storage = "20Gi"

// machine is what the kubelet hears of the machine: as many cores and as much memory as the Node is to have, not what the
// host has. Nothing is measured, so what a Node uses is not known.
type machine struct {
	*cadvisortest.Fake
	cores  int
	memory uint64
}

var _ cadvisor.Interface = machine{}

func (m machine) MachineInfo() (*cadvisorapi.MachineInfo, error) {
	return &cadvisorapi.MachineInfo{NumCores: m.cores, MemoryCapacity: m.memory, MachineID: m.NodeName, SystemUUID: m.NodeName, BootID: m.NodeName}, nil
}

func (m machine) VersionInfo() (*cadvisorapi.VersionInfo, error) {
	return &cadvisorapi.VersionInfo{KernelVersion: "none", ContainerOsVersion: "driftlab embedded (no kernel, images from a catalogue)"}, nil
}

func (m machine) ContainerFsInfo(ctx context.Context) (cadvisorapiv2.FsInfo, error) {
	return m.RootFsInfo()
}
func (m machine) ImagesFsInfo(ctx context.Context) (cadvisorapiv2.FsInfo, error) {
	return m.RootFsInfo()
}

func (m machine) RootFsInfo() (cadvisorapiv2.FsInfo, error) {
	size := resource.MustParse(storage)
	return cadvisorapiv2.FsInfo{Capacity: uint64(size.Value()), Available: uint64(size.Value())}, nil
}

// resources manages what containers get. There are no cgroups: upstream's stub does for all but the room for files.
type resources struct{ cm.ContainerManager }

func (resources) GetCapacity(bool) v1.ResourceList {
	return v1.ResourceList{v1.ResourceEphemeralStorage: resource.MustParse(storage)}
}
