package servers

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"path"
	"strconv"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
)

// goServer is a Go program that serves on one port, and does not handle signals.
func goServer(ctx context.Context, p *program.Process, image *images.Image, address string, handler http.Handler) int {
	listener, err := p.Network.Listen("tcp", address)
	if err != nil {
		stamped(p.Stderr, "%v", err)
		return 1
	}
	keep(p, image)
	return site{handler, []net.Listener{listener}, stopping, goEnds(p)}.serve(ctx, p)
}

// whoami is traefik/whoami: https://github.com/traefik/whoami.
func whoami(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		flags := flag.NewFlagSet("whoami", flag.ContinueOnError)
		flags.SetOutput(p.Stderr)
		port := flags.String("port", cmp.Or(variable(p.Env, "WHOAMI_PORT_NUMBER"), strconv.Itoa(image.Port)), "give me a port number")
		name := flags.String("name", variable(p.Env, "WHOAMI_NAME"), "give me a name")
		flags.Bool("verbose", false, "Enable verbose logging")
		if flags.Parse(p.Args[1:]) != nil {
			return 2
		}
		mux := http.NewServeMux()
		mux.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
		mux.HandleFunc("/bench", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "1") })
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			if *name != "" {
				fmt.Fprintf(w, "Name: %s\n", *name)
			}
			fmt.Fprintf(w, "Hostname: %s\nIP: 127.0.0.1\nIP: %s\nRemoteAddr: %s\n%s %s %s\nHost: %s\n", hostname(p), p.Network.IP(), r.RemoteAddr,
				r.Method, r.URL.RequestURI(), r.Proto, r.Host)
			r.Header.Write(w)
			fmt.Fprintln(w)
		})
		stamped(p.Stdout, "Starting up on port %s", *port)
		return goServer(ctx, p, image, ":"+*port, mux)
	}
}

// httpEcho is hashicorp/http-echo.
func httpEcho(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		flags := flag.NewFlagSet("http-echo", flag.ContinueOnError)
		flags.SetOutput(p.Stderr)
		address := flags.String("listen", fmt.Sprintf(":%d", image.Port), "address and port to listen")
		text := flags.String("text", variable(p.Env, "ECHO_TEXT"), "text to put on the webpage")
		code := flags.Int("status-code", 200, "http response code, e.g.: 200")
		if flags.Parse(p.Args[1:]) != nil {
			return 2
		}
		switch {
		case *text == "":
			fmt.Fprintln(p.Stderr, "Missing -text option!")
			return 127
		case flags.NArg() > 0:
			fmt.Fprintln(p.Stderr, "Too many arguments!")
			return 127
		case *code < 100 || *code > 999:
			fmt.Fprintln(p.Stderr, "Invalid -status-code!")
			return 127
		}
		mux := http.NewServeMux()
		mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, `{"status":"ok"}`) })
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			began := time.Now()
			answer := &measured{ResponseWriter: w}
			answer.Header().Set("X-App-Name", "http-echo")
			answer.WriteHeader(*code)
			fmt.Fprintln(answer, *text)
			fmt.Fprintf(p.Stdout, "%s %s %s %q %d %d %q %v\n", began.UTC().Format("2006/01/02 15:04:05"), r.Host, r.RemoteAddr,
				r.Method+" "+r.URL.Path+" "+r.Proto, answer.status, answer.bytes, r.UserAgent(), time.Since(began))
		})
		listener, err := p.Network.Listen("tcp", *address)
		if err != nil {
			stamped(p.Stdout, "[ERR] http-echo: %v", err)
			return 1
		}
		keep(p, image)
		stamped(p.Stdout, "[INFO] server is listening on %s", *address)
		return site{mux, []net.Listener{listener}, stopping, func(syscall.Signal) int {
			stamped(p.Stdout, "[INFO] server shutdown complete")
			return 0
		}}.serve(ctx, p)
	}
}

// helloApp is the Go server of many tutorials:
// https://github.com/GoogleCloudPlatform/kubernetes-engine-samples/tree/main/quickstarts/hello-app.
func helloApp(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		version := "1.0.0"
		if image.Version == "2.0" {
			version = "2.0.0"
		}
		port := cmp.Or(variable(p.Env, "PORT"), strconv.Itoa(image.Port))
		stamped(p.Stderr, "Server listening on port %s", port)
		return goServer(ctx, p, image, ":"+port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			stamped(p.Stderr, "Serving request: %s", r.URL.Path)
			fmt.Fprintf(w, "Hello, world!\nVersion: %s\nHostname: %s\n", version, hostname(p))
		}))
	}
}

// helloGo is the backend of https://kubernetes.io/docs/tasks/access-application-cluster/connecting-frontend-backend/.
func helloGo(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		return goServer(ctx, p, image, fmt.Sprintf(":%d", image.Port), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"message":"Hello"}`)
		}))
	}
}

// nodeServer is a program of Node.js that the image holds as server.js. Node.js handles no signals.
func nodeServer(image *images.Image, handle func(p *program.Process) http.HandlerFunc) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		if words := p.Args[1:]; len(words) != 1 || path.Clean(path.Join(p.Dir, words[0])) != "/server.js" && words[0] != "/server.js" {
			fmt.Fprintf(p.Stderr, "%s: the embedded engine has nothing of Node.js but this image's server.js; use the engine kind for more\n", p.Args[0])
			return 1
		}
		handler := handle(p)
		listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", image.Port))
		if err != nil {
			fmt.Fprintf(p.Stderr, "Error: listen EADDRINUSE: address already in use :::%d\n", image.Port)
			return 1
		}
		keep(p, image)
		return site{handler, []net.Listener{listener}, deaf(p), func(got syscall.Signal) int { return 128 + int(got) }}.serve(ctx, p)
	}
}

func bootcamp(image *images.Image) program.Program {
	return nodeServer(image, func(p *program.Process) http.HandlerFunc {
		started, requests := time.Now(), make(chan int, 1)
		requests <- 0
		const layout = "Mon Jan 02 2006 15:04:05 GMT+0000 (UTC)"
		fmt.Fprintf(p.Stdout, "Kubernetes Bootcamp App Started At: %s | Running On:  %s \n\n", started.UTC().Format(time.RFC3339Nano), hostname(p))
		version := 1
		if image.Version == "v2" { // the two differ in this number
			version = 2
		}
		return func(w http.ResponseWriter, _ *http.Request) {
			count := <-requests + 1
			requests <- count
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprintf(w, "Hello Kubernetes bootcamp! | Running on: %s | v=%d\n", hostname(p), version)
			fmt.Fprintf(p.Stdout, "Running On: %s | Total Requests: %d | App Uptime: %.3f seconds | Log Time: %s\n", hostname(p), count,
				time.Since(started).Seconds(), time.Now().UTC().Format(layout))
		}
	})
}

func nodeHello(image *images.Image) program.Program {
	return nodeServer(image, func(p *program.Process) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(p.Stdout, "Received request for URL: %s\n", r.URL.RequestURI())
			fmt.Fprint(w, "Hello Kubernetes!")
		}
	})
}

// goproxy is a proxy for HTTP: https://github.com/elazarl/goproxy.
func goproxy(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		transport := &http.Transport{DialContext: p.Network.DialContext, DisableKeepAlives: true}
		forward := &httputil.ReverseProxy{
			Transport: transport, Rewrite: func(*httputil.ProxyRequest) {},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			},
		}
		return goServer(ctx, p, image, fmt.Sprintf(":%d", image.Port), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodConnect:
				tunnel(ctx, p, w, r)
			case !r.URL.IsAbs():
				http.Error(w, "This is a proxy server. Does not respond to non-proxy requests.", http.StatusInternalServerError)
			default:
				forward.ServeHTTP(w, r)
			}
		}))
	}
}

func tunnel(ctx context.Context, p *program.Process, w http.ResponseWriter, r *http.Request) {
	there, err := p.Network.DialContext(ctx, "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	defer context.AfterFunc(ctx, func() { here.Close(); there.Close() })()
	io.WriteString(here, "HTTP/1.0 200 OK\r\n\r\n")
	network.Join(there, struct {
		io.Reader
		io.Writer
	}{buffered, here}, func() { here.Close() })
}
