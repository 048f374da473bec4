// Package kubelet runs the upstream kubelet as a library: several in one process, each a Node of its own.
package kubelet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	nooptrace "go.opentelemetry.io/otel/trace/noop"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	cri "k8s.io/cri-api/pkg/apis"
	"k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/util/oom"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	mount "k8s.io/mount-utils"
)

// Node is what a kubelet is to be.
type Node struct {
	Name    string
	Address string // its InternalIP; nobody but the network in memory has it
	Port    int    // where it serves, on loopback
	Folder  string // everything that it keeps
	PKI     string // node-NAME.crt, node-NAME.key and ca.crt
	Server  string // the API server's URL
	DNS     string
	CPUs    string
	Memory  string
	Cable   *Connection
	Runtime cri.RuntimeService
	Images  cri.ImageManagerService
}

// maxPods: kubelet's own default is 110.
const maxPods = 400

// Start starts a kubelet. It returns when it is under way; the Node is Ready soon after.
func Start(ctx context.Context, n Node) error {
	client, err := n.client()
	if err != nil {
		return err
	}
	flags, config, err := n.configuration()
	if err != nil {
		return err
	}
	memory, err := resource.ParseQuantity(n.Memory)
	if err != nil {
		return err
	}
	cpus, err := resource.ParseQuantity(n.CPUs)
	if err != nil {
		return err
	}
	auth, watchFiles, err := app.BuildAuth(types.NodeName(n.Name), client, *config)
	if err != nil {
		return err
	}
	watchFiles(ctx.Done())
	certificates, err := n.tls()
	if err != nil {
		return err
	}
	events := record.NewBroadcaster(record.WithContext(ctx))
	events.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: client.CoreV1().Events("")})
	dependencies := &kubelet.Dependencies{
		Auth:                      auth,
		KubeClient:                client,
		HeartbeatClient:           client,
		EventClient:               client.CoreV1(),
		Recorder:                  events.NewRecorder(legacyscheme.Scheme, v1.EventSource{Component: "kubelet", Host: n.Name}),
		RemoteRuntimeService:      n.Runtime,
		RemoteImageService:        n.Images,
		CAdvisorInterface:         machine{Fake: &cadvisortest.Fake{NodeName: n.Name}, cores: int(cpus.Value()), memory: uint64(memory.Value())},
		OSInterface:               paths{folder: n.Folder},
		ContainerManager:          resources{cm.NewStubContainerManager()},
		VolumePlugins:             volumes(filepath.Join(n.Folder, "host")),
		OOMAdjuster:               oom.NewFakeOOMAdjuster(),
		Mounter:                   mount.NewFakeMounter(nil),
		Subpather:                 subpaths{},
		HostUtil:                  host{hostutil.NewHostUtil()},
		PodStartupLatencyTracker:  util.NewPodStartupLatencyTracker(),
		NodeStartupLatencyTracker: util.NewNodeStartupLatencyTracker(),
		TracerProvider:            nooptrace.NewTracerProvider(),
		TLSConfig:                 certificates,
	}
	return n.run(ctx, flags, config, dependencies)
}

// run does what upstream's RunKubelet does, but for the sockets of device plugins and the like.
func (n Node) run(ctx context.Context, flags *options.KubeletFlags, config *kubeletconfig.KubeletConfiguration, dependencies *kubelet.Dependencies) error {
	k, err := kubelet.NewMainKubelet(ctx, config, dependencies, &flags.ContainerRuntimeOptions, n.Name, types.NodeName(n.Name),
		[]net.IP{net.ParseIP(n.Address)}, "driftlab://"+n.Name, "", "", flags.RootDirectory, config.PodLogsDir, "", "", true, nil, nil, "",
		false, false, flags.MinimumGCAge, flags.MaxPerPodContainerCount, flags.MaxContainerCount, nil, config.NodeStatusMaxImages, false)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	k.BirthCry()
	k.StartGarbageCollection(ctx)
	go k.Run(ctx, dependencies.PodConfig.Updates())
	go k.ListenAndServe(ctx, config, dependencies.TLSConfig, dependencies.Auth, dependencies.TracerProvider)
	return nil
}

func (n Node) file(name string) string { return filepath.Join(n.PKI, name) }

func (n Node) client() (clientset.Interface, error) {
	return clientset.NewForConfig(&rest.Config{
		Host: n.Server,
		TLSClientConfig: rest.TLSClientConfig{
			CAFile: n.file("ca.crt"), CertFile: n.file("node-" + n.Name + ".crt"), KeyFile: n.file("node-" + n.Name + ".key"),
		},
		Dial:      n.Cable.DialContext,
		QPS:       200, // three Nodes and an API server of their own; upstream's default is 50, for thousands
		Burst:     400,
		UserAgent: "kubelet",
		ContentConfig: rest.ContentConfig{
			ContentType: "application/vnd.kubernetes.protobuf", AcceptContentTypes: "application/vnd.kubernetes.protobuf,application/json",
		},
	})
}

func (n Node) tls() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(n.file("node-"+n.Name+".crt"), n.file("node-"+n.Name+".key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(n.file("ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	return &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	}, nil
}

// configuration is the kubelet's own defaults, but for what there is no kernel for.
func (n Node) configuration() (*options.KubeletFlags, *kubeletconfig.KubeletConfiguration, error) {
	flags := options.NewKubeletFlags()
	flags.RootDirectory = filepath.Join(n.Folder, "kubelet")
	config, err := options.NewKubeletConfiguration()
	if err != nil {
		return nil, nil, err
	}
	config.Address, config.Port, config.ReadOnlyPort = "127.0.0.1", int32(n.Port), 0
	config.Authentication.X509.ClientCAFile = n.file("ca.crt")
	config.Authentication.Webhook.Enabled, config.Authentication.Anonymous.Enabled = false, false
	config.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeAlwaysAllow // for who has a certificate of the cluster's
	config.ContainerRuntimeEndpoint = "unix:///in-memory"
	config.PodLogsDir = filepath.Join(n.Folder, "logs")
	config.ClusterDNS, config.ClusterDomain, config.ResolverConfig = []string{n.DNS}, "cluster.local", ""
	config.MaxPods = maxPods
	config.ContainerLogMonitorInterval = metav1.Duration{Duration: 3 * time.Second}
	config.CgroupsPerQOS, config.EnforceNodeAllocatable, config.CgroupRoot = false, nil, ""
	config.EvictionHard, config.EvictionSoft = nil, nil // nothing is measured that could run short
	config.MakeIPTablesUtilChains, config.FailSwapOn, config.FailCgroupV1 = false, false, false
	config.ImageGCHighThresholdPercent = 100 // images are entries of a catalogue and take no room
	config.NodeStatusReportFrequency = metav1.Duration{Duration: time.Minute}
	return flags, config, nil
}
