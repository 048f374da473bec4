package network

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Egress lets the API server into the network: it answers HTTP CONNECT on listener, which is a Unix socket, as
// https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/ describes for an egress selector.
func (n *Network) Egress(listener net.Listener, from string) error {
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go n.carry(client, from)
	}
}

func (n *Network) carry(client net.Conn, from string) {
	defer client.Close()
	reader := bufio.NewReader(client)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		io.WriteString(client, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	server, err := n.DialContext(ctx, from, "tcp", request.Host)
	cancel()
	if err != nil {
		fmt.Fprintf(client, "HTTP/1.1 502 %s\r\nContent-Length: 0\r\n\r\n", err)
		return
	}
	defer server.Close()
	io.WriteString(client, "HTTP/1.1 200 Connection Established\r\n\r\n")
	Join(server, struct {
		io.Reader
		io.Writer
	}{reader, client}, func() { client.Close() })
}

// Join copies between both until both directions are over. near is the side whose end closes everything.
func Join(far net.Conn, near io.ReadWriter, closeNear func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(near, far)
		closeNear()
	}()
	io.Copy(far, near)
	if half, ok := far.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	} else {
		far.Close()
	}
	<-done
}
