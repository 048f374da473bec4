package kubelet

import (
	"context"
	"net"
	"sync"
)

// Connection is the cable of a Node. While it is cut nothing gets through, in neither direction, and nobody is told: as
// if the machine had lost its power. Connections that outlive it go on.
type Connection struct {
	mu    sync.Mutex
	whole chan struct{} // closed while the cable is whole
}

// NewConnection gives one that is whole.
func NewConnection() *Connection {
	c := &Connection{whole: make(chan struct{})}
	close(c.whole)
	return c
}

// Cut cuts the cable, or makes it whole again.
func (c *Connection) Cut(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case cut && c.isWhole():
		c.whole = make(chan struct{})
	case !cut && !c.isWhole():
		close(c.whole)
	}
}

// Whole says whether others can reach the Node.
func (c *Connection) Whole() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isWhole()
}

func (c *Connection) isWhole() bool {
	select {
	case <-c.whole:
		return true
	default:
		return false
	}
}

func (c *Connection) wait(done <-chan struct{}) bool {
	c.mu.Lock()
	whole := c.whole
	c.mu.Unlock()
	select {
	case <-whole:
		return true
	case <-done:
		return false
	}
}

// DialContext connects over the cable.
func (c *Connection) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if !c.wait(ctx.Done()) {
		return nil, ctx.Err()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &cable{Conn: conn, of: c, closed: make(chan struct{})}, nil
}

// cable is one connection that goes over it.
type cable struct {
	net.Conn
	of     *Connection
	once   sync.Once
	closed chan struct{}
}

func (c *cable) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.of.wait(c.closed) {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *cable) Write(b []byte) (int, error) {
	if !c.of.wait(c.closed) {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

func (c *cable) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
