package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	upstream "k8s.io/kubernetes/pkg/kubelet"
	"k8s.io/kubernetes/pkg/probe"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/kubelet"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/pki"
	"driftlab/clusters/embedded/node/programs"
	"driftlab/clusters/embedded/node/runtime"
)

// lost is the annotation of a Node that is to be cut off from its cluster, as if its machine had lost power.
const lost = "driftlab.dev/lost"

// configuration is what the engine writes for this program.
type configuration struct {
	Folder  string `json:"folder"`
	Server  string `json:"server"`
	PKI     string `json:"pki"`
	Images  string `json:"images"`
	Egress  string `json:"egress_socket"`
	DNS     string `json:"dns"`
	CPUs    string `json:"cpus"`
	Memory  string `json:"memory"`
	Address string `json:"server_address"` // the API server's in the network of the cluster
	Nodes   []struct {
		Name    string `json:"name"`
		Address string `json:"address"`
		Pods    string `json:"pods"`
		Port    int    `json:"port"`
	} `json:"nodes"`
}

func run(ctx context.Context, words []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	path := flags.String("config", "", "the file that the engine has written")
	if err := flags.Parse(words); err != nil {
		return err
	}
	text, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	c := configuration{Address: "198.51.100.1"}
	if err := json.Unmarshal(text, &c); err != nil {
		return fmt.Errorf("%s: %w", *path, err)
	}
	return c.serve(ctx)
}

func (c configuration) serve(ctx context.Context) error {
	klog.EnableContextualLogging(true)
	upstream.ContainerLogsDir = filepath.Join(c.Folder, "containers")
	client, err := clientset.NewForConfig(&rest.Config{Host: c.Server, TLSClientConfig: rest.TLSClientConfig{
		CAFile: filepath.Join(c.PKI, "ca.crt"), CertFile: filepath.Join(c.PKI, "admin.crt"), KeyFile: filepath.Join(c.PKI, "admin.key"),
	}, UserAgent: "driftlab-node"})
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	var addresses []string
	for _, node := range c.Nodes {
		addresses = append(addresses, node.Address)
	}
	directory, err := network.NewDirectory(factory, addresses...)
	if err != nil {
		return err
	}
	cluster := network.New(directory)
	probe.Dial = func(ctx context.Context, kind, address string) (net.Conn, error) {
		return cluster.DialContext(ctx, c.Address, kind, address)
	}
	if err := c.gate(cluster); err != nil {
		return err
	}
	if err := c.egress(ctx, cluster); err != nil {
		return err
	}
	catalogue, err := images.Open(c.Images)
	if err != nil {
		return err
	}
	cables := map[string]*kubelet.Connection{}
	for _, node := range c.Nodes {
		cables[node.Name] = kubelet.NewConnection()
	}
	c.watchNodes(factory, cables)
	factory.Start(ctx.Done())
	if err := c.await(ctx, client); err != nil {
		return err
	}
	for _, node := range c.Nodes {
		folder := filepath.Join(c.Folder, node.Name)
		cable := cables[node.Name]
		store, err := images.NewStore(catalogue, filepath.Join(folder, "images"))
		if err != nil {
			return err
		}
		pods, err := network.NewRange(node.Pods)
		if err != nil {
			return err
		}
		containers, err := runtime.New(ctx, runtime.Config{
			Folder: filepath.Join(folder, "runtime"), Network: cluster, Images: store, Pods: pods, Hostname: node.Name, Address: node.Address,
			DNS: c.DNS, Up: cable.Whole, Lookup: programs.Lookup, Volumes: kubelet.VolumeRoots(folder),
		})
		if err != nil {
			return err
		}
		gate(cluster, node.Address, node.Port, cable)
		err = kubelet.Start(ctx, kubelet.Node{
			Name: node.Name, Address: node.Address, Port: node.Port, Folder: folder, PKI: c.PKI, Server: c.Server, DNS: c.DNS,
			CPUs: c.CPUs, Memory: c.Memory, Cable: cable, Runtime: containers, Images: store,
		})
		if err != nil {
			return err
		}
	}
	kubelet.Provision(ctx, client, c.Folder)
	<-ctx.Done()
	return nil
}

// gate lets the API server reach a kubelet at the address that its Node says.
func gate(n *network.Network, address string, port int, cable *kubelet.Connection) {
	n.Gate(net.JoinHostPort(address, strconv.Itoa(port)), func(ctx context.Context) (net.Conn, error) {
		return cable.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	})
}

// gate lets Pods reach the API server, which listens on loopback, at the address that its Service says.
func (c configuration) gate(n *network.Network) error {
	server, err := url.Parse(c.Server)
	if err != nil {
		return err
	}
	n.Gate(net.JoinHostPort(c.Address, server.Port()), func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Host)
	})
	return nil
}

// egress serves the API server's way into the network, on a Unix socket in the working directory.
func (c configuration) egress(ctx context.Context, n *network.Network) error {
	os.Remove(c.Egress) // a process before this one has left it
	listener, err := net.Listen("unix", c.Egress)
	if err != nil {
		return err
	}
	if err := os.Chmod(c.Egress, 0o600); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	go n.Egress(listener, c.Address)
	return nil
}

// watchNodes cuts the cable of each Node that carries the annotation, and makes it whole when that is gone.
func (c configuration) watchNodes(factory informers.SharedInformerFactory, cables map[string]*kubelet.Connection) {
	look := func(object any) {
		if node, ok := object.(*corev1.Node); ok && cables[node.Name] != nil {
			cables[node.Name].Cut(node.Annotations[lost] != "")
		}
	}
	factory.Core().V1().Nodes().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: look, UpdateFunc: func(_, object any) { look(object) },
	})
}

// await returns when the API server takes requests: a kubelet that begins earlier waits longer between its tries.
func (c configuration) await(ctx context.Context, client clientset.Interface) error {
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		answer, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").Timeout(time.Second).DoRaw(ctx)
		return err == nil && strings.TrimSpace(string(answer)) == "ok", nil
	})
}

// repeated is a flag that may be given many times.
type repeated []string

func (r *repeated) String() string         { return strings.Join(*r, " ") }
func (r *repeated) Set(value string) error { *r = append(*r, value); return nil }

func writePKI(_ context.Context, words []string) error {
	flags := flag.NewFlagSet("pki", flag.ContinueOnError)
	folder := flags.String("folder", "", "where the certificates go")
	service := flags.String("service-ip", "", "the address of the Service kubernetes")
	var nodes repeated
	flags.Var(&nodes, "node", "NAME=ADDRESS, once for each Node")
	if err := flags.Parse(words); err != nil {
		return err
	}
	options := pki.Options{ServiceIP: *service}
	for _, node := range nodes {
		name, address, found := strings.Cut(node, "=")
		if !found {
			return fmt.Errorf("--node %s: NAME=ADDRESS is wanted", node)
		}
		options.Nodes = append(options.Nodes, pki.Node{Name: name, Address: address})
	}
	return pki.Write(*folder, options)
}
