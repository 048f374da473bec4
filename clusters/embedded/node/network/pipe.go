package network

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// window is how many bytes one direction of a connection holds before its writer waits, as a socket's buffer does.
const window = 64 << 10

// pipe is one direction of a connection.
type pipe struct {
	mu      sync.Mutex
	changed sync.Cond
	buffer  []byte
	ended   bool // its writer is done: the reader gets what is left, then the end
	broken  bool // its reader is gone: the writer gets an error

	read, write deadline
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.broken:
			return 0, net.ErrClosed
		case p.read.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p.buffer) > 0:
			n := copy(b, p.buffer)
			p.buffer = p.buffer[n:]
			if len(p.buffer) == 0 {
				p.buffer = nil
			}
			p.changed.Broadcast()
			return n, nil
		case p.ended:
			return 0, io.EOF
		case len(b) == 0:
			return 0, nil
		}
		p.changed.Wait()
	}
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	written := 0
	for {
		switch {
		case p.ended:
			return written, net.ErrClosed
		case p.broken:
			return written, syscall.EPIPE
		case p.write.passed:
			return written, os.ErrDeadlineExceeded
		case len(b) == 0:
			return written, nil
		}
		if room := window - len(p.buffer); room > 0 {
			n := min(room, len(b))
			p.buffer = append(p.buffer, b[:n]...)
			b, written = b[n:], written+n
			p.changed.Broadcast()
			continue
		}
		p.changed.Wait()
	}
}

func (p *pipe) closeWrite() { p.change(func() { p.ended = true }) }
func (p *pipe) closeRead()  { p.change(func() { p.broken, p.buffer = true, nil }) }

func (p *pipe) change(how func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how()
	p.changed.Broadcast()
}

// deadline is a moment from which on reading or writing fails.
type deadline struct {
	passed bool
	timer  *time.Timer
	number int // of the last time it was set: an older timer that still fires changes nothing
}

func (p *pipe) setDeadline(d *deadline, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.number++
	d.passed = !at.IsZero() && !at.After(time.Now())
	d.timer = nil
	if !at.IsZero() && !d.passed {
		number := d.number
		d.timer = time.AfterFunc(time.Until(at), func() {
			p.change(func() { d.passed = d.passed || d.number == number })
		})
	}
	p.changed.Broadcast()
}

// conn is one side of a connection.
type conn struct {
	in, out       *pipe
	local, remote net.Addr
	once          sync.Once
	closed        func()
}

// connect gives both sides of a new connection.
func connect(client, server net.Addr, closed func(net.Conn)) (*conn, *conn) {
	there, back := newPipe(), newPipe()
	a := &conn{in: back, out: there, local: client, remote: server}
	b := &conn{in: there, out: back, local: server, remote: client}
	a.closed, b.closed = func() { closed(a) }, func() { closed(b) }
	return a, b
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	return n, c.wrap("read", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.out.Write(b)
	return n, c.wrap("write", err)
}

func (c *conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}

func (c *conn) Close() error {
	c.once.Do(func() {
		c.out.closeWrite()
		c.in.closeRead()
		c.in.setDeadline(&c.in.read, time.Time{})
		c.out.setDeadline(&c.out.write, time.Time{})
		c.closed()
	})
	return nil
}

// CloseWrite tells the other side that nothing more comes; what it says can still be read.
func (c *conn) CloseWrite() error {
	c.out.closeWrite()
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(at time.Time) error {
	c.SetReadDeadline(at)
	return c.SetWriteDeadline(at)
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.in.setDeadline(&c.in.read, at)
	return nil
}

func (c *conn) SetWriteDeadline(at time.Time) error {
	c.out.setDeadline(&c.out.write, at)
	return nil
}
