package network_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/network"
)

// nobody is a cluster without Services.
type nobody struct{}

func (nobody) Endpoint(string, int, string) (string, bool) { return "", false }
func (nobody) Addresses(string) ([]string, bool)           { return nil, false }

func up() bool { return true }

// echo answers everything with itself on address, and ends each direction as the client does.
func echo(t *testing.T, host *network.Host, address string) net.Listener {
	t.Helper()
	listener, err := host.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				io.Copy(conn, conn)
			}()
		}
	}()
	return listener
}

func soon(t *testing.T, after time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), after)
	t.Cleanup(cancel)
	return ctx
}

func TestListen(t *testing.T) {
	cluster := network.New(nobody{})
	host := cluster.Join("10.0.0.1", network.Names{}, up)
	for _, try := range []struct {
		network, address string
		want             error
		shown            string
	}{
		{"tcp", ":80", nil, "[::]:80"},
		{"tcp4", "0.0.0.0:80", syscall.EADDRINUSE, ""},
		{"tcp", "127.0.0.1:80", syscall.EADDRINUSE, ""},
		{"tcp", "localhost:81", nil, "127.0.0.1:81"},
		{"tcp", "10.0.0.1:81", nil, "10.0.0.1:81"}, // another address, the same port
		{"tcp", "10.0.0.1:81", syscall.EADDRINUSE, ""},
		{"tcp", ":81", syscall.EADDRINUSE, ""},
		{"tcp", "10.0.0.2:82", syscall.EADDRNOTAVAIL, ""},
		{"tcp", "[::]:http-alt", nil, "[::]:8080"},
		{"tcp", ":99999", nil, "error"},
		{"tcp", "no port", nil, "error"},
		{"udp", ":53", net.UnknownNetworkError("udp"), ""},
	} {
		listener, err := host.Listen(try.network, try.address)
		switch {
		case try.shown == "error":
			if err == nil {
				t.Errorf("%s: no error", try.address)
			}
		case !errors.Is(err, try.want):
			t.Errorf("%s: %v, not %v", try.address, err, try.want)
		case err == nil && listener.Addr().String() != try.shown:
			t.Errorf("%s is %s", try.address, listener.Addr())
		}
	}
	listener, err := host.Listen("tcp", ":0")
	if err != nil || listener.Addr().(*net.TCPAddr).Port < 32768 {
		t.Error(listener, err)
	}
	listener.Close()
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := host.Listen("tcp", listener.Addr().String()); err != nil {
		t.Error("a port that was closed is free again:", err)
	}
	_, err = host.Listen("tcp", ":80")
	if want := "listen tcp :80: bind: address already in use"; err == nil || err.Error() != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func TestDial(t *testing.T) {
	cluster := network.New(nobody{})
	server, client := cluster.Join("10.0.0.1", network.Names{}, up), cluster.Join("10.0.0.2", network.Names{}, up)
	var whole atomic.Bool
	lost := cluster.Join("10.0.0.3", network.Names{}, whole.Load)
	echo(t, server, ":80")
	echo(t, server, "127.0.0.1:81")
	echo(t, client, "127.0.0.1:80")
	echo(t, lost, ":80")
	for _, try := range []struct {
		from    *network.Host
		address string
		want    error
	}{
		{client, "10.0.0.1:80", nil},
		{server, "localhost:80", nil},
		{server, "127.0.0.1:81", nil},
		{server, ":81", nil},
		{server, "10.0.0.1:80", nil},
		{client, "10.0.0.1:81", syscall.ECONNREFUSED}, // it listens on its localhost only
		{client, "localhost:80", nil},
		{client, "localhost:81", syscall.ECONNREFUSED}, // each Pod has a localhost of its own
		{server, "10.0.0.2:80", syscall.ECONNREFUSED},
		{client, "10.0.0.1:99", syscall.ECONNREFUSED},
		{client, "10.0.0.77:80", os.ErrDeadlineExceeded}, // nobody is there, and the context ends first
		{client, "10.0.0.3:80", os.ErrDeadlineExceeded},  // its Node is lost
		{lost, "10.0.0.1:80", os.ErrDeadlineExceeded},
		{lost, "localhost:80", nil},
	} {
		conn, err := try.from.DialContext(soon(t, 200*time.Millisecond), "tcp", try.address)
		if !errors.Is(err, try.want) {
			t.Errorf("%s to %s: %v, not %v", try.from.IP(), try.address, err, try.want)
		}
		if err == nil {
			conn.Close()
		}
	}
	var slow net.Error
	if _, err := client.DialContext(soon(t, time.Millisecond), "tcp", "10.0.0.77:80"); !errors.As(err, &slow) || !slow.Timeout() {
		t.Error("a time-out says that it is one:", err)
	}
	began := time.Now()
	_, err := client.DialContext(t.Context(), "tcp", "10.0.0.77:80")
	if want := "dial tcp 10.0.0.77:80: connect: no route to host"; err == nil || err.Error() != want || time.Since(began) < time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	if _, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:99"); err == nil || err.Error() != "dial tcp 10.0.0.1:99: connect: connection refused" {
		t.Error(err)
	}
	whole.Store(true)
	if conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.3:80"); err != nil {
		t.Error(err)
	} else if from := conn.LocalAddr().(*net.TCPAddr); from.IP.String() != "10.0.0.2" || conn.RemoteAddr().String() != "10.0.0.3:80" {
		t.Error(from, conn.RemoteAddr())
	}
}

func TestConnections(t *testing.T) {
	cluster := network.New(nobody{})
	server, client := cluster.Join("10.0.0.1", network.Names{}, up), cluster.Join("10.0.0.2", network.Names{}, up)
	echo(t, server, ":80")
	dial := func() net.Conn {
		conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}

	t.Run("half close", func(t *testing.T) {
		conn := dial()
		defer conn.Close()
		io.WriteString(conn, "all that there is")
		conn.(interface{ CloseWrite() error }).CloseWrite()
		if all, err := io.ReadAll(conn); err != nil || string(all) != "all that there is" {
			t.Error(string(all), err)
		}
		if _, err := conn.Write([]byte("more")); err == nil {
			t.Error("a side that is closed takes no more")
		}
	})
	t.Run("deadlines", func(t *testing.T) {
		conn := dial()
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		conn.SetReadDeadline(time.Time{})
		io.WriteString(conn, "x")
		if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
			t.Error(err)
		}
		time.AfterFunc(20*time.Millisecond, func() { conn.SetDeadline(time.Unix(1, 0)) }) // wakes who waits
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("a writer waits for its reader", func(t *testing.T) {
		listener, err := server.Listen("tcp", ":81")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:81")
		if err != nil {
			t.Fatal(err)
		}
		conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		if n, err := conn.Write(make([]byte, 10<<20)); !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n > 1<<20 {
			t.Error(n, err)
		}
	})
	t.Run("the other side is gone", func(t *testing.T) {
		listener, err := server.Listen("tcp", ":82")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:82")
		if err != nil {
			t.Fatal(err)
		}
		accepted, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted.Close()
		if _, err := conn.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Error(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Error(err)
		}
	})
}

func TestLeave(t *testing.T) {
	cluster := network.New(nobody{})
	server, client := cluster.Join("10.0.0.1", network.Names{}, up), cluster.Join("10.0.0.2", network.Names{}, up)
	listener := echo(t, server, ":80")
	conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.DialContext(t.Context(), "tcp", "10.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	third := cluster.Join("10.0.0.3", network.Names{}, up)
	echo(t, third, ":80")
	away, err := server.DialContext(t.Context(), "tcp", "10.0.0.3:80")
	if err != nil {
		t.Fatal(err)
	}
	server.Leave()
	for name, one := range map[string]net.Conn{"its client's": conn, "its own": out, "the one to another host": away} {
		one.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := one.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s connection goes on: %v", name, err)
		}
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := server.Listen("tcp", ":81"); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if _, err := client.DialContext(soon(t, 50*time.Millisecond), "tcp", "10.0.0.1:80"); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	again := cluster.Join("10.0.0.1", network.Names{}, up)
	server.Leave() // twice does nothing to who has the address now
	echo(t, again, ":80")
	if _, err := client.DialContext(soon(t, time.Second), "tcp", "10.0.0.1:80"); err != nil {
		t.Error(err)
	}
}

func TestManyConnections(t *testing.T) {
	const many = 10_000
	cluster := network.New(nobody{})
	server, client := cluster.Join("10.0.0.1", network.Names{}, up), cluster.Join("10.0.0.2", network.Names{}, up)
	echo(t, server, ":80")
	var group sync.WaitGroup
	var wrong atomic.Int64
	held := make(chan struct{})
	for number := range many {
		group.Add(1)
		go func() {
			defer group.Done()
			conn, err := client.DialContext(t.Context(), "tcp", "10.0.0.1:80")
			if err != nil {
				wrong.Add(1)
				return
			}
			defer conn.Close()
			word := fmt.Sprintf("%05d", number)
			io.WriteString(conn, word)
			answer := make([]byte, len(word))
			if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != word {
				wrong.Add(1)
			}
			<-held // all are open at the same time
		}()
	}
	time.AfterFunc(100*time.Millisecond, func() { close(held) })
	group.Wait()
	if wrong.Load() > 0 {
		t.Errorf("%d of %d connections failed", wrong.Load(), many)
	}
}

func TestGates(t *testing.T) {
	cluster := network.New(nobody{})
	client := cluster.Join("10.0.0.2", network.Names{}, up)
	far, near := net.Pipe()
	cluster.Gate("192.0.2.1:6443", func(context.Context) (net.Conn, error) { return near, nil })
	cluster.Gate("192.0.2.2:10250", func(context.Context) (net.Conn, error) { return nil, errors.New("it is down") })
	go io.WriteString(far, "here")
	conn, err := client.DialContext(t.Context(), "tcp", "192.0.2.1:6443")
	if err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "here" {
		t.Error(string(answer), err)
	}
	if _, err := client.DialContext(t.Context(), "tcp", "192.0.2.2:10250"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
}
