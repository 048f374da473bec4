package network_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/network"
)

// TestEgress comes in as the API server does: over a Unix socket, by HTTP CONNECT.
func TestEgress(t *testing.T) {
	cluster := network.New(nobody{})
	echo(t, cluster.Join("10.0.0.1", network.Names{}, up), ":80")
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "egress.sock"))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cluster.Egress(listener, "192.0.2.1") }()
	for _, try := range []struct {
		request string
		status  string
		echoes  bool
	}{
		{"CONNECT 10.0.0.1:80 HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\nfirst words,", "200 Connection Established", true},
		{"CONNECT 10.0.0.1:81 HTTP/1.1\r\nHost: 10.0.0.1:81\r\n\r\n", "502 dial tcp 10.0.0.1:81: connect: connection refused", false},
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "405 Method Not Allowed", false},
		{"nonsense\r\n\r\n", "405 Method Not Allowed", false},
	} {
		conn, err := net.Dial("unix", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, try.request)
		in := bufio.NewReader(conn)
		answer, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
		if err != nil || !strings.HasPrefix(answer.Status, try.status) {
			t.Fatalf("%q: %v %v", try.request, answer, err)
		}
		if try.echoes {
			fmt.Fprint(conn, " and more")
			conn.(*net.UnixConn).CloseWrite()
			if all, err := io.ReadAll(in); err != nil || string(all) != "first words, and more" {
				t.Errorf("%q %v", all, err)
			}
		}
		conn.Close()
	}
	listener.Close()
	if err := <-ended; err == nil {
		t.Error("it ends when its listener does")
	}
}
