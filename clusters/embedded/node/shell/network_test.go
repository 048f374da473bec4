package shell_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/shell"
)

// network is a namespace whose connections are pipes.
type network struct {
	mu        sync.Mutex
	names     map[string]string
	listeners map[string]*listener
}

type listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	n     *network
	addr  string
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.n.mu.Lock()
		defer l.n.mu.Unlock()
		delete(l.n.listeners, l.addr)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(10, 244, 0, 9)} }

func (n *network) Listen(_, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if strings.HasPrefix(address, ":") {
		address = "10.244.0.9" + address
	}
	if n.listeners[address] != nil {
		return nil, syscall.EADDRINUSE
	}
	l := &listener{conns: make(chan net.Conn), done: make(chan struct{}), n: n, addr: address}
	n.listeners[address] = l
	return l, nil
}

func (n *network) DialContext(ctx context.Context, _, address string) (net.Conn, error) {
	if strings.HasPrefix(address, "10.0.0.99:") { // a black hole
		<-ctx.Done()
		return nil, ctx.Err()
	}
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) LookupHost(_ context.Context, name string) ([]string, error) {
	if ip := n.names[name]; ip != "" {
		return []string{ip}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (n *network) IP() string { return "10.244.0.9" }

func serve(t *testing.T) *network {
	t.Helper()
	n := &network{listeners: map[string]*listener{}, names: map[string]string{
		"web": "10.96.1.2", "web.default.svc.cluster.local.": "10.96.1.2", "lost": "10.0.0.99"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, "hello from web")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s|%s\n", r.Method, r.Host, r.Header.Get("X-A"), r.Header.Get("User-Agent"), body)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "broken", 500) })
	plain, err := n.Listen("tcp", "10.96.1.2:80")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go server.Serve(plain)
	t.Cleanup(func() { server.Close() })
	secure, _ := n.Listen("tcp", "10.96.1.2:443")
	source := httptest.NewUnstartedServer(mux)
	source.StartTLS()
	t.Cleanup(source.Close)
	go server.Serve(tls.NewListener(secure, source.TLS))
	return n
}

func TestNetwork(t *testing.T) {
	n := serve(t)
	for _, row := range []script{
		{"wget -qO- http://web", "hello from web\n", 0},
		{"wget -q -O - web:80/; wget -qO- web/nope; echo $?", "hello from web\n1\n!wget: server returned error: HTTP/1.1 404 Not Found\n", 0},
		{"wget -O- -T 5 http://web", "hello from web\n!Connecting to web (10.96.1.2:80)\nwriting to stdout\n-                    100% |********************************|    15  0:00:00 ETA\nwritten to stdout\n", 0},
		{"cd /tmp; wget -q web; cat index.html; wget -q web; wget -q web/echo -O e; cat e", "hello from web\nGET web  Wget|\n!wget: can't open 'index.html': File exists\n", 0},
		{"wget -q --spider web && echo there; wget -q --spider web/nope || echo gone", "there\ngone\n!wget: server returned error: HTTP/1.1 404 Not Found\n", 0},
		{"wget -qO- nosuch", "!wget: bad address 'nosuch'\n", 1},
		{"wget -qO- web:81", "!wget: can't connect to remote host (10.96.1.2): Connection refused\n", 1},
		{"wget -qO- -T 1 lost", "!wget: download timed out\n", 1},
		{"wget -qO- --header 'X-A: b' --post-data x=1 web/echo; wget -qO- -U me web/echo", "POST web b Wget|x=1\nGET web  me|\n", 0},
		{"wget -qO- https://web; echo $?; wget -qO- --no-check-certificate https://web", "1\nhello from web\n!wget: note: TLS certificate validation failed; --no-check-certificate passes over it\n", 0},
		{"curl -s web; curl -sS http://web:80/", "hello from web\nhello from web\n", 0},
		{"curl -s -o /dev/null -w '%{http_code}\\n' web/nope; curl -s -o /tmp/o -w '%{http_code} %{size_download}' web; cat /tmp/o", "404\n200 15hello from web\n", 0},
		{"curl -sf web/nope; echo $?; curl -fsS web/broken; echo $?", "22\n22\n!curl: (22) The requested URL returned error: 500\n", 0},
		{"curl -s nosuch; echo $?; curl nosuch; echo $?", "6\n6\n!curl: (6) Could not resolve host: nosuch\n", 0},
		{"curl -sS web:81 2>&1 | sed 's/after [0-9]* ms/after N ms/'; curl -s web:81; echo $?", "curl: (7) Failed to connect to web port 81 after N ms: Could not connect to server\n7\n", 0},
		{"curl -s --connect-timeout 0.1 lost; echo $?; curl -s -m 0.1 web/slow; echo $?; curl -sS --max-time 0.1 lost 2>&1 | sed 's/[0-9]* milli/N milli/'", "28\n28\ncurl: (28) Connection timed out after N milliseconds\n", 0},
		{"curl -s -L web/moved; curl -s -o /dev/null -w '%{http_code}\\n' web/moved; curl -sI web | head -1; curl -si web | head -1", "hello from web\n302\nHTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n", 0},
		{"curl -s -X PUT -H 'X-A: z' -H 'Host: other' -d a=1 -d b=2 web/echo; echo body > /tmp/b; curl -s -d @/tmp/b -A me web/echo; curl -s -G -d q=1 web/echo", "PUT other z curl/8.10.1|a=1&b=2\nPOST web  me|body\nGET web  curl/8.10.1|\n", 0},
		{"curl -s https://web; echo $?; curl -sk https://web", "60\nhello from web\n", 0},
		{"curl -s -v web 2>&1 | grep -c '^[*<>]'; cd /tmp; curl -s -O web/echo; cat echo", "12\nGET web  curl/8.10.1|\n", 0},
		{"curl -s --resolve my.host:80:10.96.1.2 http://my.host/echo; curl -s --retry 1 --retry-delay 0.01 -o /dev/null -w '%{http_code}' web/broken", "GET my.host  curl/8.10.1|\n500", 0},
		{"curl -s web | grep -o web; curl web > /tmp/x 2> /tmp/e; wc -l < /tmp/e; curl; echo $?", "web\n3\n2\n!curl: try 'curl --help' for more information\n", 0},
		{"nc -zv web 80; nc -z web 81; echo $?; nc -w 1 -z lost 80; nc -z nosuch 1", "1\n!web (10.96.1.2:80) open\nnc: web (10.96.1.2:81): Connection refused\nnc: lost (10.0.0.99:80): Connection timed out\nnc: bad address 'nosuch'\n", 1},
		{"(echo pong | nc -l -p 9000 > /tmp/got) & sleep 0.2; printf ping | nc -w 1 10.244.0.9 9000; wait; cat /tmp/got", "pong\nping", 0},
		{"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80 | head -1", "HTTP/1.0 200 OK\r\n", 0},
		{"nslookup web; nslookup nosuch; echo $?", "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tweb\nAddress: 10.96.1.2\n\nServer:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find nosuch: NXDOMAIN\n\n1\n", 0},
		{"echo 'search default.svc.cluster.local' > /etc/resolv.conf; nslookup web | tail -3; dig +short web; getent hosts web; hostname -i", "Name:\tweb.default.svc.cluster.local\nAddress: 10.96.1.2\n\n10.96.1.2\n10.96.1.2         web.default.svc.cluster.local\n10.244.0.9\n", 0},
		{"until wget -qO- -T 1 web; do sleep 1; done; for i in 1 2; do curl -s web; done", strings.Repeat("hello from web\n", 3), 0},
	} {
		t.Run(row.src, func(t *testing.T) {
			p, out, errs := process(t, "sh", "-c", row.src)
			p.Network = n
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			code := shell.Program(ctx, p)
			got := out.String()
			if strings.Contains(row.want, "!") {
				got += "!" + errs.String()
			}
			if got != row.want || code != row.code {
				t.Errorf("got %q and %d, want %q and %d; messages: %q", got, code, row.want, row.code, errs.String())
			}
		})
	}
}
