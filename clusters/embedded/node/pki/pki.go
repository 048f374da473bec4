// Package pki makes the keys and certificates of one embedded cluster.
//
// There are three authorities, as kubeadm has them, so that a certificate of one purpose is worth nothing for another:
// one for the Kubernetes API and its clients, one for etcd, one for the API server when it speaks for somebody to an
// aggregated API. Only the first one's key is kept: the controller manager signs CertificateSigningRequests with it.
//
// https://kubernetes.io/docs/setup/best-practices/certificates/
package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Options say for whom certificates are made, beside those that every cluster has.
type Options struct {
	ServiceIP string // of the Service kubernetes.default
	Nodes     []Node
}

// Node is one Node of the cluster. Address is its InternalIP.
type Node struct{ Name, Address string }

// request is one certificate: its file's name without an ending, and whom it is for.
type request struct {
	file, name, group string
	names             []string
	addresses         []net.IP
	usages            []x509.ExtKeyUsage
}

// Write makes everything anew and writes it into folder, which it makes where there is none: NAME.crt and NAME.key for
// each certificate, sa.key and sa.pub for ServiceAccount tokens. Only the owner may read the files.
func Write(folder string, options Options) error {
	service := net.ParseIP(options.ServiceIP)
	if service == nil {
		return fmt.Errorf("the Service's address %q is no IP address", options.ServiceIP)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	now := time.Now()
	cluster, err := newAuthority("driftlab", now)
	if err != nil {
		return err
	}
	store, err := newAuthority("driftlab-etcd", now)
	if err != nil {
		return err
	}
	proxy, err := newAuthority("driftlab-front-proxy", now)
	if err != nil {
		return err
	}
	nodes, err := ofNodes(options.Nodes)
	if err != nil {
		return err
	}
	return errors.Join(
		cluster.write(folder, "ca", true),
		store.write(folder, "etcd-ca", false),
		proxy.write(folder, "front-proxy-ca", false),
		cluster.issue(folder, append(ofTheCluster(service), nodes...)),
		store.issue(folder, ofTheStore()),
		proxy.issue(folder, []request{{file: "front-proxy-client", name: "front-proxy-client", usages: client}}),
		writeServiceAccountKeys(folder),
	)
}

var (
	loopback = net.IPv4(127, 0, 0, 1)
	client   = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	server   = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	both     = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
)

func ofTheCluster(service net.IP) []request {
	return []request{
		{
			file: "apiserver", name: "kube-apiserver", usages: server,
			names: []string{
				"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
				"kubernetes.default.svc.cluster.local",
			},
			addresses: []net.IP{loopback, service},
		},
		{file: "apiserver-kubelet-client", name: "kube-apiserver-kubelet-client", usages: client},
		{file: "admin", name: "kubernetes-admin", group: "system:masters", usages: client},
		// these two have a server of their own, for their health
		{
			file: "controller-manager", name: "system:kube-controller-manager", usages: both,
			names: []string{"localhost"}, addresses: []net.IP{loopback},
		},
		{
			file: "scheduler", name: "system:kube-scheduler", usages: both,
			names: []string{"localhost"}, addresses: []net.IP{loopback},
		},
	}
}

func ofTheStore() []request {
	return []request{
		{file: "etcd", name: "etcd", usages: both, names: []string{"localhost"}, addresses: []net.IP{loopback}},
		{file: "apiserver-etcd-client", name: "kube-apiserver-etcd-client", usages: client},
	}
}

func ofNodes(nodes []Node) ([]request, error) {
	requests := make([]request, 0, len(nodes))
	for _, node := range nodes {
		address := net.ParseIP(node.Address)
		if node.Name != filepath.Base(node.Name) || address == nil {
			return nil, fmt.Errorf("a Node needs a name and an IP address, not %q and %q", node.Name, node.Address)
		}
		requests = append(requests, request{
			file: "node-" + node.Name, name: "system:node:" + node.Name, group: "system:nodes", usages: both,
			names: []string{node.Name}, addresses: []net.IP{address, loopback},
		})
	}
	return requests, nil
}

// subject is the identity that Kubernetes reads from a client's certificate: CN is the user, O the groups.
func (r request) subject() pkix.Name {
	subject := pkix.Name{CommonName: r.name}
	if r.group != "" {
		subject.Organization = []string{r.group}
	}
	return subject
}
