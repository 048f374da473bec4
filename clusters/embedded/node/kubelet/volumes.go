package kubelet

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/hostpath"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util/subpath"
)

// volumes lists the kinds of volumes of a Node: upstream's, but for hostPath, which is a folder that stands for the host.
func volumes(host string) []volume.VolumePlugin {
	var all []volume.VolumePlugin
	for _, kind := range [][]volume.VolumePlugin{
		emptydir.ProbeVolumePlugins(), secret.ProbeVolumePlugins(), configmap.ProbeVolumePlugins(),
		downwardapi.ProbeVolumePlugins(), projected.ProbeVolumePlugins(),
	} {
		all = append(all, kind...)
	}
	for _, plugin := range hostpath.ProbeVolumePlugins(volume.VolumeConfig{}) {
		all = append(all, hostPath{plugin, host})
	}
	return all
}

// hostPath is upstream's plugin, moved into a folder: a Pod never sees the real host.
type hostPath struct {
	volume.VolumePlugin
	host string
}

func (h hostPath) NewMounter(spec *volume.Spec, pod *v1.Pod) (volume.Mounter, error) {
	moved := &volume.Spec{ReadOnly: spec.ReadOnly}
	move := func(source *v1.HostPathVolumeSource) {
		source.Path = filepath.Join(h.host, source.Path)
		if source.Type == nil || *source.Type == v1.HostPathUnset { // as containerd does, which makes what is not there
			kind := v1.HostPathDirectoryOrCreate
			if _, err := os.Lstat(source.Path); err == nil {
				kind = v1.HostPathUnset
			}
			source.Type = &kind
		}
		if *source.Type == v1.HostPathDirectoryOrCreate || *source.Type == v1.HostPathFileOrCreate {
			os.MkdirAll(filepath.Dir(source.Path), 0o755)
		}
	}
	if spec.PersistentVolume != nil {
		moved.PersistentVolume = spec.PersistentVolume.DeepCopy()
		move(moved.PersistentVolume.Spec.HostPath)
	} else {
		moved.Volume = spec.Volume.DeepCopy()
		move(moved.Volume.HostPath)
	}
	return h.VolumePlugin.NewMounter(moved, pod)
}

// subpaths prepares parts of volumes. It makes no bind mounts, as the kubelet does elsewhere: who mounts a subpath into a
// container opens it below its volume (os.Root), so a link in it that leads out leads nowhere.
type subpaths struct{}

var _ subpath.Interface = subpaths{}

func (subpaths) PrepareSafeSubpath(part subpath.Subpath) (string, func(), error) {
	return part.Path, nil, nil
}

func (subpaths) CleanSubPaths(string, string) error { return nil }

func (subpaths) SafeMakeDir(subdir, base string, perm fs.FileMode) error {
	root, err := os.OpenRoot(base)
	if err != nil {
		return err
	}
	defer root.Close()
	relative := filepath.Clean(subdir)
	if filepath.IsAbs(relative) {
		if relative, err = filepath.Rel(base, relative); err != nil {
			return err
		}
	}
	if relative == "." || strings.HasPrefix(relative, "..") {
		return nil
	}
	return root.MkdirAll(relative, perm.Perm())
}

// VolumeRoots tells, for each path that the kubelet of the Node in folder mounts into a container, the folder that holds
// the volume.
func VolumeRoots(folder string) func(path string) string {
	host, pods := filepath.Join(folder, "host"), filepath.Join(folder, "kubelet", "pods")
	return func(path string) string {
		if inside(host, path) {
			return host
		}
		if !inside(pods, path) {
			return filepath.Dir(path)
		}
		rest, _ := filepath.Rel(pods, path)
		words := strings.Split(rest, string(filepath.Separator)) // UID/volumes/KIND/NAME/…
		return filepath.Join(pods, filepath.Join(words[:min(len(words), 4)]...))
	}
}

func inside(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, folder+string(filepath.Separator))
}
