package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/images"
)

// container is one container of a Pod, from its creation until it is removed.
type container struct {
	ID       string
	Sandbox  string
	Config   *cri.ContainerConfig
	Image    string // digest
	LogPath  string
	State    cri.ContainerState
	Created  time.Time
	Started  time.Time
	Finished time.Time
	ExitCode int32
	Reason   string
	Message  string

	image *images.Image
	tree  *files.Tree
	run   *run // while it runs
}

func (c *container) name() string {
	return fmt.Sprintf("container/%s/%s/%d", c.Sandbox, c.Config.Metadata.Name, c.Config.Metadata.Attempt)
}

func (r *Runtime) saveContainer(c *container) error {
	return writeJSON(filepath.Join(r.containerFolder(c.ID), "container.json"), c)
}

// CreateContainer is the CRI's.
func (r *Runtime) CreateContainer(_ context.Context, id string, config *cri.ContainerConfig, sandboxConfig *cri.PodSandboxConfig) (string, error) {
	image := r.Images.Find(config.GetImage().GetImage())
	if image == nil {
		return "", fmt.Errorf("failed to create containerd container: image %q: not found", config.GetImage().GetImage())
	}
	if config.GetLinux().GetSecurityContext().GetPrivileged() {
		return "", unsupported("privileged containers")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.sandbox(id); err != nil {
		return "", err
	}
	c := &container{ID: newID(), Sandbox: id, Config: config, Image: image.Digest(), Created: time.Now(), image: image}
	if other := r.names[c.name()]; other != "" {
		return "", fmt.Errorf("failed to reserve container name %q: name is reserved for %q", c.name(), other)
	}
	if config.LogPath != "" {
		c.LogPath = filepath.Join(sandboxConfig.LogDirectory, config.LogPath)
		if err := os.MkdirAll(filepath.Dir(c.LogPath), 0o755); err != nil {
			return "", err
		}
	}
	if err := r.open(c); err != nil {
		return "", err
	}
	r.containers[c.ID], r.names[c.name()] = c, c.ID
	return c.ID, r.saveContainer(c)
}

// open lays out the container's files.
func (r *Runtime) open(c *container) error {
	var mounts []files.Mount
	for _, mount := range c.Config.Mounts {
		mounts = append(mounts, files.Mount{Path: mount.ContainerPath, Host: mount.HostPath, Base: r.Volumes(mount.HostPath), ReadOnly: mount.Readonly})
	}
	resolver, err := r.resolver(c)
	if err != nil {
		return err
	}
	mounts = append([]files.Mount{resolver}, mounts...)
	own := filepath.Join(r.containerFolder(c.ID), "files")
	if err := os.MkdirAll(own, 0o700); err != nil {
		return err
	}
	tree, err := files.New(own, c.image.Layer(), mounts, c.Config.GetLinux().GetSecurityContext().GetReadonlyRootfs())
	if err != nil {
		return err
	}
	c.tree = tree
	return nil
}

// resolver writes what the Pod's dnsPolicy and dnsConfig come to as its /etc/resolv.conf, in containerd's form:
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (r *Runtime) resolver(c *container) (files.Mount, error) {
	mount := files.Mount{Path: "/etc/resolv.conf", Host: filepath.Join(r.sandboxFolder(c.Sandbox), "resolv.conf")}
	s, err := r.sandbox(c.Sandbox)
	if err != nil {
		return mount, err
	}
	dns := s.Config.GetDnsConfig()
	var text strings.Builder
	if len(dns.GetSearches()) > 0 {
		fmt.Fprintln(&text, "search", strings.Join(dns.GetSearches(), " "))
	}
	for _, server := range dns.GetServers() {
		fmt.Fprintln(&text, "nameserver", server)
	}
	if len(dns.GetOptions()) > 0 {
		fmt.Fprintln(&text, "options", strings.Join(dns.GetOptions(), " "))
	}
	return mount, os.WriteFile(mount.Host, []byte(text.String()), 0o644)
}

// StopContainer is the CRI's: SIGTERM, and SIGKILL when the time is up.
func (r *Runtime) StopContainer(ctx context.Context, id string, timeout int64) error {
	r.mu.Lock()
	c := r.containers[id]
	r.mu.Unlock()
	if c == nil {
		return nil
	}
	r.mu.Lock()
	current := c.run
	r.mu.Unlock()
	if current == nil {
		return nil
	}
	if timeout > 0 {
		current.signal(stopSignal(c))
		select {
		case <-current.done:
			return nil
		case <-time.After(time.Duration(timeout) * time.Second):
		case <-ctx.Done():
		}
	}
	current.kill()
	return nil
}

// RemoveContainer is the CRI's.
func (r *Runtime) RemoveContainer(_ context.Context, id string) error {
	r.mu.Lock()
	c := r.containers[id]
	if c == nil {
		r.mu.Unlock()
		return nil
	}
	current := c.run
	r.mu.Unlock()
	if current != nil {
		current.kill()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.containers, id)
	delete(r.names, c.name())
	if c.tree != nil {
		c.tree.Close()
	}
	return os.RemoveAll(r.containerFolder(id))
}

// ListContainers is the CRI's.
func (r *Runtime) ListContainers(_ context.Context, filter *cri.ContainerFilter) ([]*cri.Container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*cri.Container
	for _, c := range r.containers {
		if filter != nil && (filter.Id != "" && filter.Id != c.ID || filter.PodSandboxId != "" && filter.PodSandboxId != c.Sandbox ||
			filter.State != nil && filter.State.State != c.State || !has(c.Config.Labels, filter.LabelSelector)) {
			continue
		}
		all = append(all, &cri.Container{
			Id: c.ID, PodSandboxId: c.Sandbox, Metadata: c.Config.Metadata, Image: c.Config.Image, ImageRef: c.Image, ImageId: c.Image,
			State: c.State, CreatedAt: c.Created.UnixNano(), Labels: c.Config.Labels, Annotations: c.Config.Annotations,
		})
	}
	return all, nil
}

// ContainerStatus is the CRI's.
func (r *Runtime) ContainerStatus(_ context.Context, id string, _ bool) (*cri.ContainerStatusResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	security := c.Config.GetLinux().GetSecurityContext()
	described := &cri.ContainerStatus{
		Id: c.ID, Metadata: c.Config.Metadata, State: c.State, Image: &cri.ImageSpec{Image: r.shown(c)}, ImageRef: r.reference(c), ImageId: c.Image,
		CreatedAt: c.Created.UnixNano(), StartedAt: nano(c.Started), FinishedAt: nano(c.Finished),
		ExitCode: c.ExitCode, Reason: c.Reason, Message: c.Message, LogPath: c.LogPath, Mounts: c.Config.Mounts,
		Labels: c.Config.Labels, Annotations: c.Config.Annotations,
		User: &cri.ContainerUser{Linux: &cri.LinuxContainerUser{
			Uid: c.user(), Gid: security.GetRunAsGroup().GetValue(), SupplementalGroups: groups(security),
		}},
	}
	if resources := c.Config.GetLinux().GetResources(); resources != nil {
		described.Resources = &cri.ContainerResources{Linux: resources}
	}
	return &cri.ContainerStatusResponse{Status: described}, nil
}

// user is the UID that the container's programs run as.
func (c *container) user() int64 {
	if chosen := c.Config.GetLinux().GetSecurityContext().GetRunAsUser(); chosen != nil {
		return chosen.Value
	}
	return c.image.UID
}

// shown is the image's name as containerd spells it; reference the same by its digest.
func (r *Runtime) shown(c *container) string {
	return images.Full(c.Config.GetImage().GetUserSpecifiedImage())
}

func (r *Runtime) reference(c *container) string {
	return images.Pinned(c.Config.GetImage().GetUserSpecifiedImage(), c.Image)
}

func nano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// UpdateContainerResources is the CRI's: a new limit holds at once.
func (r *Runtime) UpdateContainerResources(_ context.Context, id string, resources *cri.ContainerResources) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return err
	}
	if c.Config.Linux == nil {
		c.Config.Linux = &cri.LinuxContainerConfig{}
	}
	if resources.GetLinux() != nil {
		c.Config.Linux.Resources = resources.Linux
	}
	if c.run != nil {
		c.run.limit.Store(resources.GetLinux().GetMemoryLimitInBytes())
		c.run.check()
	}
	return r.saveContainer(c)
}
