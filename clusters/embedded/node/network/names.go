package network

import (
	"bufio"
	"context"
	"net"
	"os"
	"strings"
)

// Names is how a Pod resolves names: its dnsPolicy, dnsConfig and hostAliases, as the kubelet gives them to a runtime.
type Names struct {
	Searches []string      // "shop.svc.cluster.local", "svc.cluster.local", "cluster.local"
	Cluster  bool          // is the cluster's DNS among its servers?
	Hosts    func() string // the path of the file that is its /etc/hosts, on the host; empty if there is none
}

// LookupHost is Namespace's.
func (h *Host) LookupHost(_ context.Context, name string) ([]string, error) {
	if ip := net.ParseIP(name); ip != nil {
		return []string{ip.String()}, nil
	}
	bare := strings.ToLower(strings.TrimSuffix(name, "."))
	if found := h.names.inHosts(bare); len(found) > 0 {
		return found, nil
	}
	if bare == "localhost" {
		return []string{"127.0.0.1"}, nil
	}
	if h.names.Cluster {
		for _, full := range h.names.candidates(bare, strings.HasSuffix(name, ".")) {
			if found, known := h.network.services.Addresses(full); len(found) > 0 {
				return found, nil
			} else if known {
				break
			}
		}
	}
	return nil, notFound(name)
}

// candidates lists the names that a resolver asks for, in its order: ndots is 5 in Pods, as
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ says.
func (n Names) candidates(name string, absolute bool) []string {
	if absolute {
		return []string{name}
	}
	var all []string
	for _, search := range n.Searches {
		all = append(all, name+"."+strings.TrimSuffix(search, "."))
	}
	if strings.Count(name, ".") >= 5 {
		return append([]string{name}, all...)
	}
	return append(all, name)
}

func (n Names) inHosts(name string) []string {
	if n.Hosts == nil || n.Hosts() == "" {
		return nil
	}
	file, err := os.Open(n.Hosts())
	if err != nil {
		return nil
	}
	defer file.Close()
	var found []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		for _, word := range words[min(1, len(words)):] {
			if ip := net.ParseIP(words[0]); strings.EqualFold(word, name) && ip != nil && ip.To4() != nil {
				found = append(found, ip.String())
			}
		}
	}
	return found
}

func notFound(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
