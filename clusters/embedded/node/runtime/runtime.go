// Package runtime is a container runtime whose containers are goroutines. It implements the runtime service of the CRI:
// https://kubernetes.io/docs/concepts/containers/cri/. What a container is, and when it ends, is as containerd has it;
// no kernel isolates one from the other.
package runtime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
)

// Name is what containers' IDs begin with, and Version what a Node says of its runtime.
const (
	Name    = "driftlab"
	Version = "1.0.0"
)

// Config is what a runtime works with.
type Config struct {
	Folder   string // everything that it keeps
	Network  *network.Network
	Images   *images.Store
	Pods     *network.Range // the addresses of the Node's Pods
	Hostname string         // the Node's name
	Address  string         // the Node's own, which Pods in its network share
	DNS      string         // the address of the cluster's DNS
	Up       func() bool    // is the Node there, seen from others?

	// Volumes gives the folder that a path of the host must stay in if it is mounted into a container, whatever links lie
	// on the way: somebody may have put them there.
	Volumes func(path string) string

	// Lookup finds a program of an image; tree holds what the container has added to it.
	Lookup func(image *images.Image, tree *files.Tree, name string) program.Program
}

// Runtime is the container runtime of one Node.
type Runtime struct {
	Config
	streams streaming.Server

	mu         sync.Mutex
	sandboxes  map[string]*sandbox
	containers map[string]*container
	names      map[string]string // of sandboxes and containers, to their IDs: a name is taken once
	host       *network.Host     // the Node's own network
}

// New starts a runtime with what is in its folder: containers that ran when the process ended run again, as themselves.
// The streams of exec, attach and port-forward are served on loopback, as containerd does, until ctx is done.
func New(ctx context.Context, config Config) (*Runtime, error) {
	r := &Runtime{Config: config, sandboxes: map[string]*sandbox{}, containers: map[string]*container{}, names: map[string]string{}}
	for _, folder := range []string{r.sandboxFolder(""), r.containerFolder("")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	r.host = config.Network.Join(config.Address, network.Names{}, config.Up)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	settings := streaming.DefaultConfig
	settings.Addr = listener.Addr().String()
	if r.streams, err = streaming.NewServer(settings, streamer{r}); err != nil {
		return nil, err
	}
	server := &http.Server{Handler: r.streams}
	go server.Serve(listener)
	context.AfterFunc(ctx, func() { server.Close() })
	return r, r.restore()
}

func (r *Runtime) sandboxFolder(id string) string   { return filepath.Join(r.Folder, "sandboxes", id) }
func (r *Runtime) containerFolder(id string) string { return filepath.Join(r.Folder, "containers", id) }

// newID gives 64 hexadecimal digits, as containerd's IDs are.
func newID() string {
	bytes := make([]byte, 32)
	rand.Read(bytes)
	return hex.EncodeToString(bytes)
}

// sandbox gives the one with that ID. The caller holds r.mu.
func (r *Runtime) sandbox(id string) (*sandbox, error) {
	if s := r.sandboxes[id]; s != nil {
		return s, nil
	}
	return nil, status.Errorf(codes.NotFound, "an error occurred when try to find sandbox: sandbox %q: not found", id)
}

// container gives the one with that ID. The caller holds r.mu.
func (r *Runtime) container(id string) (*container, error) {
	if c := r.containers[id]; c != nil {
		return c, nil
	}
	return nil, status.Errorf(codes.NotFound, "an error occurred when try to find container %q: not found", id)
}

// find is container for those who do not hold r.mu.
func (r *Runtime) find(id string) (*container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.container(id)
}

// Version is the CRI's.
func (r *Runtime) Version(context.Context, string) (*cri.VersionResponse, error) {
	return &cri.VersionResponse{Version: "0.1.0", RuntimeName: Name, RuntimeVersion: Version, RuntimeApiVersion: "v1"}, nil
}

// Status is the CRI's.
func (r *Runtime) Status(context.Context, bool) (*cri.StatusResponse, error) {
	return &cri.StatusResponse{Status: &cri.RuntimeStatus{Conditions: []*cri.RuntimeCondition{
		{Type: cri.RuntimeReady, Status: true}, {Type: cri.NetworkReady, Status: true},
	}}}, nil
}

// RuntimeConfig is the CRI's.
func (r *Runtime) RuntimeConfig(context.Context) (*cri.RuntimeConfigResponse, error) {
	return &cri.RuntimeConfigResponse{Linux: &cri.LinuxRuntimeConfiguration{CgroupDriver: cri.CgroupDriver_CGROUPFS}}, nil
}

// UpdateRuntimeConfig is the CRI's.
func (r *Runtime) UpdateRuntimeConfig(context.Context, *cri.RuntimeConfig) error { return nil }

// CheckpointContainer is the CRI's.
func (r *Runtime) CheckpointContainer(context.Context, *cri.CheckpointContainerRequest) error {
	return unsupported("checkpoints of containers")
}

// GetContainerEvents is the CRI's; the kubelet asks for it only with the feature gate EventedPLEG.
func (r *Runtime) GetContainerEvents(context.Context, chan *cri.ContainerEventResponse, func(cri.RuntimeService_GetContainerEventsClient)) error {
	return unsupported("a stream of container events")
}

// Close is the CRI's.
func (r *Runtime) Close(context.Context) error { return nil }

func unsupported(what string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf("the embedded engine has no %s; use the engine kind for that", what))
}
