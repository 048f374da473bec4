package network

import (
	"context"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Host is one address of the network with its ports, and with a localhost of its own: a Pod.
type Host struct {
	network *Network
	ip      string
	names   Names
	up      func() bool

	mu        sync.Mutex
	left      bool
	listeners map[int][]*listener
	open      map[net.Conn]struct{}
}

var _ Namespace = (*Host)(nil)

// IP is the host's address.
func (h *Host) IP() string { return h.ip }

// Leave takes the host off the network: its listeners and connections end.
func (h *Host) Leave() {
	h.network.mu.Lock()
	if h.network.hosts[h.ip] == h {
		delete(h.network.hosts, h.ip)
	}
	h.network.mu.Unlock()

	h.mu.Lock()
	h.left = true
	var all []interface{ Close() error }
	for _, listeners := range h.listeners {
		for _, l := range listeners {
			all = append(all, l)
		}
	}
	for c := range h.open {
		all = append(all, c)
	}
	h.mu.Unlock()
	for _, one := range all {
		one.Close()
	}
}

// Listen is Namespace's.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	fail := func(err error) error {
		return &net.OpError{Op: "listen", Net: network, Addr: text(address), Err: err}
	}
	if !strings.HasPrefix(network, "tcp") {
		return nil, fail(net.UnknownNetworkError(network))
	}
	host, port, err := split(network, address)
	if err != nil {
		return nil, err
	}
	switch ip := net.ParseIP(host); {
	case host == "" || ip != nil && ip.IsUnspecified():
		host = ""
	case host == "localhost" || ip != nil && ip.IsLoopback():
		host = "127.0.0.1"
	case host != h.ip:
		return nil, fail(os.NewSyscallError("bind", syscall.EADDRNOTAVAIL))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left {
		return nil, fail(net.ErrClosed)
	}
	for port == 0 {
		if candidate := ephemeral(); len(h.listeners[candidate]) == 0 {
			port = candidate
		}
	}
	for _, other := range h.listeners[port] {
		if other.host == host || other.host == "" || host == "" {
			return nil, fail(os.NewSyscallError("bind", syscall.EADDRINUSE))
		}
	}
	shown := host
	if shown == "" {
		shown = "::"
	}
	l := &listener{on: h, host: host, port: port, addr: addr(shown, port), queue: make(chan net.Conn, backlog), done: make(chan struct{})}
	h.listeners[port] = append(h.listeners[port], l)
	return l, nil
}

// DialContext is Namespace's.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := split(network, address)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if net.ParseIP(host) == nil {
		found, err := h.LookupHost(ctx, host)
		if err != nil {
			return nil, &net.OpError{Op: "dial", Net: network, Err: err}
		}
		host = found[0]
	}
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		accepting := h.find(port, "127.0.0.1")
		if accepting == nil {
			return nil, &net.OpError{Op: "dial", Net: network, Addr: addr(host, port), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
		c, err := accepting.offer(ctx, addr("127.0.0.1", ephemeral()), addr("127.0.0.1", port))
		if err != nil {
			return nil, &net.OpError{Op: "dial", Net: network, Addr: addr(host, port), Err: err}
		}
		return h.own(c), nil
	}
	if !h.up() && host != h.ip {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: addr(host, port), Err: wait(ctx, timesOutAfter, os.NewSyscallError("connect", syscall.ETIMEDOUT))}
	}
	c, err := h.network.dial(ctx, network, h.ip, host, port)
	if err != nil {
		return nil, err
	}
	return h.own(c), nil
}

// own notes a connection that the host has opened: it ends when the host leaves.
func (h *Host) own(c net.Conn) net.Conn {
	ours, inside := c.(*conn)
	if !inside { // it leads through a gate
		return c
	}
	before := ours.closed
	ours.closed = func() { before(); h.forget(ours) }
	h.track(ours)
	return ours
}

// find gives the listener that a connection to one of the host's own addresses is for, or nil.
func (h *Host) find(port int, ip string) *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.listeners[port] {
		if l.host == "" || l.host == ip {
			return l
		}
	}
	return nil
}

func (h *Host) track(c net.Conn) {
	h.mu.Lock()
	left := h.left
	h.open[c] = struct{}{}
	h.mu.Unlock()
	if left {
		c.Close()
	}
}

func (h *Host) forget(c net.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
}

// listener is a port of a host that somebody listens on.
type listener struct {
	on    *Host
	host  string // "" for all addresses
	port  int
	addr  net.Addr
	queue chan net.Conn
	once  sync.Once
	done  chan struct{}
}

// offer makes a connection and puts it into the queue of those to be accepted.
func (l *listener) offer(ctx context.Context, client, server net.Addr) (net.Conn, error) {
	near, far := connect(client, server, func(c net.Conn) { l.on.forget(c) })
	l.on.track(far)
	select {
	case l.queue <- far:
		select {
		case <-l.done: // nobody will accept it any more
			far.Close()
		default:
		}
		return near, nil
	case <-l.done:
		far.Close()
		return nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	case <-ctx.Done():
		far.Close()
		return nil, timeout(ctx)
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
	default:
		select {
		case c := <-l.queue:
			return c, nil
		case <-l.done:
		}
	}
	return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.addr, Err: net.ErrClosed}
}

func (l *listener) Addr() net.Addr { return l.addr }

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.on.mu.Lock()
		kept := l.on.listeners[l.port][:0]
		for _, other := range l.on.listeners[l.port] {
			if other != l {
				kept = append(kept, other)
			}
		}
		if l.on.listeners[l.port] = kept; len(kept) == 0 {
			delete(l.on.listeners, l.port)
		}
		l.on.mu.Unlock()
		for {
			select {
			case c := <-l.queue:
				c.Close()
			default:
				return
			}
		}
	})
	return nil
}

// text is an address that is shown as it was written.
type text string

func (t text) Network() string { return "tcp" }
func (t text) String() string  { return string(t) }
