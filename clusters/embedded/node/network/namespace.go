// Package network is the cluster's network, in memory: addresses, listeners and dialers, Services and names.
package network

import (
	"context"
	"net"
)

// Namespace is the network as one Pod sees it: its containers share it, and its localhost.
type Namespace interface {
	// Listen takes an address such as ":8080", "0.0.0.0:8080" or "127.0.0.1:8080"; network is "tcp", "tcp4" or "tcp6".
	// The errors are those of a kernel: EADDRINUSE, EADDRNOTAVAIL.
	Listen(network, address string) (net.Listener, error)

	// DialContext takes names as well as addresses. The errors are those of a kernel and a resolver: ECONNREFUSED,
	// EHOSTUNREACH, a time-out, *net.DNSError.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)

	// LookupHost resolves a name as the cluster's DNS does, search domains of the Pod's namespace included.
	LookupHost(ctx context.Context, name string) ([]string, error)

	// IP is the Pod's address.
	IP() string
}
