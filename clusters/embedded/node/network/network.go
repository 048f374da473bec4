package network

import (
	"context"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// How long a kernel waits before it says so: for an address that no machine has, and for one that drops what it gets.
const (
	unreachableAfter = 3 * time.Second
	timesOutAfter    = 127 * time.Second
)

// backlog is how many connections wait to be accepted before more are left without an answer.
const backlog = 4096

// Services is what connects a Service's address to the Pods behind it, and names to addresses.
type Services interface {
	// Endpoint gives the "address:port" that a connection to a Service goes to. known: is there such an address at
	// all? An empty endpoint of a known one means that nobody is ready.
	Endpoint(ip string, port int, client string) (endpoint string, known bool)

	// Addresses resolves a full name such as "web.shop.svc.cluster.local"; found tells NODATA from NXDOMAIN.
	Addresses(name string) (addresses []string, found bool)
}

// Network is the network of a cluster.
type Network struct {
	services Services

	mu    sync.RWMutex
	hosts map[string]*Host                                       // by address
	gates map[string]func(ctx context.Context) (net.Conn, error) // by "address:port": what lies outside
}

// New makes a network without hosts.
func New(services Services) *Network {
	return &Network{services: services, hosts: map[string]*Host{}, gates: map[string]func(context.Context) (net.Conn, error){}}
}

// Gate lets connections to "address:port" go wherever dial takes them: to the API server, or to a kubelet.
func (n *Network) Gate(address string, dial func(ctx context.Context) (net.Conn, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gates[address] = dial
}

// Join adds a host. up says whether it is reached from others: the machine that it is on may be lost.
func (n *Network) Join(ip string, names Names, up func() bool) *Host {
	h := &Host{network: n, ip: ip, names: names, up: up, listeners: map[int][]*listener{}, open: map[net.Conn]struct{}{}}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[ip] = h
	return h
}

// DialContext connects from outside of all Pods, as a Node does: for probes, and for the API server.
func (n *Network) DialContext(ctx context.Context, from, network, address string) (net.Conn, error) {
	host, port, err := split(network, address)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) == nil {
		found, _ := n.services.Addresses(host)
		if len(found) == 0 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: notFound(host)}
		}
		host = found[0]
	}
	return n.dial(ctx, network, from, host, port)
}

func (n *Network) dial(ctx context.Context, network, from, ip string, port int) (net.Conn, error) {
	there := addr(ip, port)
	fail := func(err error) error {
		if errno, ok := err.(syscall.Errno); ok {
			err = os.NewSyscallError("connect", errno)
		}
		return &net.OpError{Op: "dial", Net: network, Addr: there, Err: err}
	}
	target, targetPort := ip, port
	if endpoint, known := n.services.Endpoint(ip, port, from); known {
		if endpoint == "" {
			return nil, fail(syscall.ECONNREFUSED)
		}
		host, text, _ := net.SplitHostPort(endpoint)
		target, targetPort = host, atoi(text)
	}
	n.mu.RLock()
	host, gate := n.hosts[target], n.gates[net.JoinHostPort(target, strconv.Itoa(targetPort))]
	n.mu.RUnlock()
	if gate != nil {
		c, err := gate(ctx)
		if err != nil && ctx.Err() == nil {
			return nil, fail(syscall.ECONNREFUSED)
		}
		return c, err
	}
	if host == nil && net.ParseIP(target).IsLoopback() {
		return nil, fail(syscall.ECONNREFUSED) // a Node's own localhost: nobody listens there
	}
	if host == nil || !host.up() && from != target {
		return nil, fail(wait(ctx, unreachableAfter, syscall.EHOSTUNREACH))
	}
	accepting := host.find(targetPort, target)
	if accepting == nil {
		return nil, fail(syscall.ECONNREFUSED)
	}
	c, err := accepting.offer(ctx, addr(from, ephemeral()), there)
	if err != nil {
		return nil, fail(err)
	}
	return c, nil
}

// wait gives err after a while, or why ctx ended before.
func wait(ctx context.Context, after time.Duration, err error) error {
	select {
	case <-time.After(after):
		return err
	case <-ctx.Done():
		return timeout(ctx)
	}
}

// timeout says it as the net package does: "i/o timeout" for a deadline.
func timeout(ctx context.Context) error {
	if ctx.Err() == context.DeadlineExceeded {
		return os.ErrDeadlineExceeded
	}
	return ctx.Err()
}

func split(network, address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	port, err := net.LookupPort("tcp", text)
	if err != nil {
		return "", 0, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	return host, port, nil
}

func addr(ip string, port int) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }

func atoi(text string) int {
	number, _ := strconv.Atoi(text)
	return number
}

var lastPort struct {
	sync.Mutex
	number int
}

// ephemeral gives the port that a client connects from, out of the range that Linux takes them from.
func ephemeral() int {
	lastPort.Lock()
	defer lastPort.Unlock()
	lastPort.number = (lastPort.number + 1) % 28232
	return 32768 + lastPort.number
}
