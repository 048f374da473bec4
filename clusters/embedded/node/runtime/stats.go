package runtime

import (
	"context"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// stats is what a container uses: memory as its programs say. Nothing measures the CPU time of a goroutine, so it is left out.
func (r *Runtime) stats(c *container) *cri.ContainerStats {
	now := time.Now().UnixNano()
	described := &cri.ContainerStats{
		Attributes: &cri.ContainerAttributes{Id: c.ID, Metadata: c.Config.Metadata, Labels: c.Config.Labels, Annotations: c.Config.Annotations},
		WritableLayer: &cri.FilesystemUsage{
			Timestamp: now, FsId: &cri.FilesystemIdentifier{Mountpoint: r.Folder},
			UsedBytes: &cri.UInt64Value{}, InodesUsed: &cri.UInt64Value{},
		},
	}
	if c.run != nil {
		used := &cri.UInt64Value{Value: uint64(c.run.memory.Load())}
		described.Memory = &cri.MemoryUsage{Timestamp: now, WorkingSetBytes: used, UsageBytes: used, RssBytes: used}
	}
	return described
}

// ContainerStats is the CRI's.
func (r *Runtime) ContainerStats(_ context.Context, id string) (*cri.ContainerStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	return r.stats(c), nil
}

// ListContainerStats is the CRI's.
func (r *Runtime) ListContainerStats(_ context.Context, filter *cri.ContainerStatsFilter) ([]*cri.ContainerStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*cri.ContainerStats
	for _, c := range r.containers {
		if filter != nil && (filter.Id != "" && filter.Id != c.ID || filter.PodSandboxId != "" && filter.PodSandboxId != c.Sandbox || !has(c.Config.Labels, filter.LabelSelector)) {
			continue
		}
		all = append(all, r.stats(c))
	}
	return all, nil
}

// PodSandboxStats is the CRI's.
func (r *Runtime) PodSandboxStats(_ context.Context, id string) (*cri.PodSandboxStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(id)
	if err != nil {
		return nil, err
	}
	return r.podStats(s), nil
}

func (r *Runtime) podStats(s *sandbox) *cri.PodSandboxStats {
	linux := &cri.LinuxPodSandboxStats{Memory: &cri.MemoryUsage{Timestamp: time.Now().UnixNano()}}
	var used uint64
	for _, c := range r.containers {
		if c.Sandbox == s.ID {
			linux.Containers = append(linux.Containers, r.stats(c))
			if c.run != nil {
				used += uint64(c.run.memory.Load())
			}
		}
	}
	linux.Memory.WorkingSetBytes = &cri.UInt64Value{Value: used}
	return &cri.PodSandboxStats{
		Attributes: &cri.PodSandboxAttributes{Id: s.ID, Metadata: s.Config.Metadata, Labels: s.Config.Labels, Annotations: s.Config.Annotations},
		Linux:      linux,
	}
}

// ListPodSandboxStats is the CRI's.
func (r *Runtime) ListPodSandboxStats(_ context.Context, filter *cri.PodSandboxStatsFilter) ([]*cri.PodSandboxStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*cri.PodSandboxStats
	for _, s := range r.sandboxes {
		if filter != nil && (filter.Id != "" && filter.Id != s.ID || !has(s.Config.Labels, filter.LabelSelector)) {
			continue
		}
		all = append(all, r.podStats(s))
	}
	return all, nil
}

// ListMetricDescriptors is the CRI's.
func (r *Runtime) ListMetricDescriptors(context.Context) ([]*cri.MetricDescriptor, error) {
	return nil, nil
}

// ListPodSandboxMetrics is the CRI's.
func (r *Runtime) ListPodSandboxMetrics(context.Context) ([]*cri.PodSandboxMetrics, error) {
	return nil, nil
}
