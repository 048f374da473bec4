package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"driftlab/clusters/embedded/node/network"
)

// sandbox is what the containers of a Pod share: an address, a localhost, a hostname.
type sandbox struct {
	ID      string
	Config  *cri.PodSandboxConfig
	Created time.Time
	Ready   bool
	IP      string

	host *network.Host // nil when it is not ready
}

func (s *sandbox) name() string { return nameOf(s.Config.Metadata) }

func nameOf(m *cri.PodSandboxMetadata) string {
	return fmt.Sprintf("sandbox/%s/%d", m.Uid, m.Attempt)
}

// onHostNetwork: does the Pod share the network of its Node?
func (s *sandbox) onHostNetwork() bool {
	return s.Config.GetLinux().GetSecurityContext().GetNamespaceOptions().GetNetwork() == cri.NamespaceMode_NODE
}

// join connects the sandbox to the network. The caller holds r.mu.
func (r *Runtime) join(s *sandbox) {
	if s.onHostNetwork() {
		s.host, s.IP = r.host, r.Address
		return
	}
	names := network.Names{Searches: s.Config.GetDnsConfig().GetSearches(), Hosts: func() string { return r.hostsFile(s) }}
	names.Cluster = slices.Contains(s.Config.GetDnsConfig().GetServers(), r.DNS)
	s.host = r.Network.Join(s.IP, names, r.Up)
}

func (r *Runtime) leave(s *sandbox) {
	if s.host != nil && !s.onHostNetwork() {
		s.host.Leave()
		r.Pods.Release(s.IP)
	}
	s.host, s.Ready = nil, false
}

// hostsFile finds the file that the kubelet has written as the Pod's /etc/hosts: it is mounted into its containers.
func (r *Runtime) hostsFile(s *sandbox) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.containers {
		if c.Sandbox == s.ID {
			for _, mount := range c.Config.Mounts {
				if mount.ContainerPath == "/etc/hosts" {
					return mount.HostPath
				}
			}
		}
	}
	return ""
}

func (r *Runtime) saveSandbox(s *sandbox) error {
	return writeJSON(filepath.Join(r.sandboxFolder(s.ID), "sandbox.json"), s)
}

// RunPodSandbox is the CRI's.
func (r *Runtime) RunPodSandbox(_ context.Context, config *cri.PodSandboxConfig, handler string) (string, error) {
	if handler != "" {
		return "", status.Errorf(codes.Unknown, "no runtime for %q is configured: the embedded engine has one runtime; use the engine kind for others", handler)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	name := nameOf(config.Metadata)
	if other := r.names[name]; other != "" {
		return "", fmt.Errorf("failed to reserve sandbox name %q: name is reserved for %q", name, other)
	}
	s := &sandbox{ID: newID(), Config: config, Created: time.Now(), Ready: true}
	if !s.onHostNetwork() {
		ip, err := r.Pods.Take()
		if err != nil {
			return "", fmt.Errorf("failed to setup network for sandbox %q: %w", s.ID, err)
		}
		s.IP = ip
	}
	if err := os.MkdirAll(r.sandboxFolder(s.ID), 0o700); err != nil {
		return "", err
	}
	if config.LogDirectory != "" {
		if err := os.MkdirAll(config.LogDirectory, 0o755); err != nil {
			return "", err
		}
	}
	r.join(s)
	r.sandboxes[s.ID], r.names[name] = s, s.ID
	return s.ID, r.saveSandbox(s)
}

// StopPodSandbox is the CRI's: what still runs in the sandbox is killed.
func (r *Runtime) StopPodSandbox(_ context.Context, id string) error {
	r.mu.Lock()
	s := r.sandboxes[id]
	if s == nil {
		r.mu.Unlock()
		return nil
	}
	var running []*run
	for _, c := range r.containers {
		if c.Sandbox == id && c.run != nil {
			running = append(running, c.run)
		}
	}
	r.mu.Unlock()
	for _, one := range running {
		one.kill()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leave(s)
	return r.saveSandbox(s)
}

// RemovePodSandbox is the CRI's: the sandbox and all its containers go.
func (r *Runtime) RemovePodSandbox(ctx context.Context, id string) error {
	if err := r.StopPodSandbox(ctx, id); err != nil {
		return err
	}
	r.mu.Lock()
	var inside []string
	for _, c := range r.containers {
		if c.Sandbox == id {
			inside = append(inside, c.ID)
		}
	}
	r.mu.Unlock()
	for _, one := range inside {
		if err := r.RemoveContainer(ctx, one); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sandboxes[id]; s != nil {
		delete(r.sandboxes, id)
		delete(r.names, s.name())
		return os.RemoveAll(r.sandboxFolder(id))
	}
	return nil
}

func (s *sandbox) state() cri.PodSandboxState {
	if s.Ready {
		return cri.PodSandboxState_SANDBOX_READY
	}
	return cri.PodSandboxState_SANDBOX_NOTREADY
}

// PodSandboxStatus is the CRI's.
func (r *Runtime) PodSandboxStatus(_ context.Context, id string, _ bool) (*cri.PodSandboxStatusResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(id)
	if err != nil {
		return nil, err
	}
	return &cri.PodSandboxStatusResponse{Status: &cri.PodSandboxStatus{
		Id:          s.ID,
		Metadata:    s.Config.Metadata,
		State:       s.state(),
		CreatedAt:   s.Created.UnixNano(),
		Network:     &cri.PodSandboxNetworkStatus{Ip: s.IP},
		Linux:       &cri.LinuxPodSandboxStatus{Namespaces: &cri.Namespace{Options: s.Config.GetLinux().GetSecurityContext().GetNamespaceOptions()}},
		Labels:      s.Config.Labels,
		Annotations: s.Config.Annotations,
	}}, nil
}

// ListPodSandbox is the CRI's.
func (r *Runtime) ListPodSandbox(_ context.Context, filter *cri.PodSandboxFilter) ([]*cri.PodSandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*cri.PodSandbox
	for _, s := range r.sandboxes {
		if filter != nil && (filter.Id != "" && filter.Id != s.ID || filter.State != nil && filter.State.State != s.state() || !has(s.Config.Labels, filter.LabelSelector)) {
			continue
		}
		all = append(all, &cri.PodSandbox{
			Id: s.ID, Metadata: s.Config.Metadata, State: s.state(), CreatedAt: s.Created.UnixNano(),
			Labels: s.Config.Labels, Annotations: s.Config.Annotations,
		})
	}
	return all, nil
}

func has(labels, wanted map[string]string) bool {
	for key, value := range wanted {
		if labels[key] != value {
			return false
		}
	}
	return true
}

// UpdatePodSandboxResources is the CRI's: containers have their own limits, and Pods none here.
func (r *Runtime) UpdatePodSandboxResources(context.Context, *cri.UpdatePodSandboxResourcesRequest) (*cri.UpdatePodSandboxResourcesResponse, error) {
	return &cri.UpdatePodSandboxResourcesResponse{}, nil
}
