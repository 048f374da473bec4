package kubelet

import (
	"os"
	"path/filepath"
	"strings"

	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
)

// paths moves what the kubelet keeps in /var/log into a folder of the Node.
type paths struct {
	kubecontainer.RealOS
	folder string
}

func (p paths) at(path string) string {
	if strings.HasPrefix(path, "/var/log/") {
		return filepath.Join(p.folder, path)
	}
	return path
}

func (p paths) MkdirAll(path string, perm os.FileMode) error {
	return p.RealOS.MkdirAll(p.at(path), perm)
}
func (p paths) Symlink(old, path string) error             { return p.RealOS.Symlink(old, p.at(path)) }
func (p paths) Stat(path string) (os.FileInfo, error)      { return p.RealOS.Stat(p.at(path)) }
func (p paths) Remove(path string) error                   { return p.RealOS.Remove(p.at(path)) }
func (p paths) RemoveAll(path string) error                { return p.RealOS.RemoveAll(p.at(path)) }
func (p paths) Glob(pattern string) ([]string, error)      { return p.RealOS.Glob(p.at(pattern)) }
func (p paths) ReadDir(path string) ([]os.DirEntry, error) { return p.RealOS.ReadDir(p.at(path)) }

// host is what volumes ask of the host. Nothing is mounted there, also if the kubelet could: it may run as root.
type host struct{ *hostutil.HostUtil }

func (host) MakeRShared(string) error { return nil }
