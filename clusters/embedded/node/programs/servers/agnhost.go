package servers

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// agnhostCommand is one subcommand: https://github.com/kubernetes/kubernetes/tree/master/test/images/agnhost.
type agnhostCommand func(ctx context.Context, p *program.Process, flags *flag.FlagSet) int

var agnhostCommands map[string]agnhostCommand

func init() { // some of them name others
	agnhostCommands = map[string]agnhostCommand{
		"pause": agnhostPause, "netexec": agnhostNetexec, "liveness": agnhostLiveness, "connect": agnhostConnect,
		"serve-hostname": agnhostServeHostname, "test-webserver": agnhostTestWebserver, "grpc-health-checking": agnhostHealth,
	}
}

// agnhostElsewhere lists the subcommands that the embedded engine does not have.
var agnhostElsewhere = strings.Fields(`audit-proxy crd-conversion-webhook dns-server-list dns-suffix entrypoint-tester etc-hosts fake-gitserver
	fake-registry-server guestbook inclusterclient logs-generator mounttest mtlsclient mtlsserver net nettest openidmetadata
	no-snat-test no-snat-test-proxy port-forward-tester porter resource-consumer-controller stress tcp-reset tls-server webhook`)

func agnhost(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		keep(p, image)
		name := ""
		if len(p.Args) > 1 {
			name = p.Args[1]
		}
		run := agnhostCommands[name]
		switch {
		case run != nil:
		case slices.Contains(agnhostElsewhere, name):
			fmt.Fprintf(p.Stderr, "agnhost: the embedded engine does not have %q; use the engine kind for it\n", name)
			return 1
		case name == "" || name == "--help" || name == "help":
			fmt.Fprintln(p.Stdout, "Usage:\n  app [command]")
			return 0
		default:
			fmt.Fprintf(p.Stderr, "Error: unknown command %q for \"app\"\nRun 'app --help' for usage.\n", name)
			return 1
		}
		flags := flag.NewFlagSet(name, flag.ContinueOnError)
		flags.SetOutput(p.Stderr)
		child := *p
		child.Args = p.Args[1:]
		return run(ctx, &child, flags)
	}
}

// stamped writes a line as Go's package log does.
func stamped(w io.Writer, format string, values ...any) {
	fmt.Fprintf(w, "%s %s\n", time.Now().UTC().Format("2006/01/02 15:04:05"), fmt.Sprintf(format, values...))
}

// agnhostServe listens and serves; what it cannot listen on it says, and ends with 1.
func agnhostServe(ctx context.Context, p *program.Process, port int, handler http.Handler, signals []syscall.Signal, end ends) int {
	listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		stamped(p.Stderr, "%v", err)
		return 1
	}
	return site{handler, []net.Listener{listener}, signals, end}.serve(ctx, p)
}

func agnhostPause(ctx context.Context, p *program.Process, _ *flag.FlagSet) int {
	fmt.Fprintln(p.Stdout, "Paused")
	if _, stopped := await(ctx, p, nil, stopping); !stopped {
		return killed
	}
	return 0
}

// agnhostLiveness is healthy for ten seconds.
func agnhostLiveness(ctx context.Context, p *program.Process, _ *flag.FlagSet) int {
	started := time.Now()
	mux := http.NewServeMux()
	mux.HandleFunc("/started", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, time.Since(started)) })
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if passed := time.Since(started).Seconds(); passed > 10 {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "error: %v", passed)
		} else {
			fmt.Fprint(w, "ok")
		}
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("loc"), http.StatusFound)
	})
	return agnhostServe(ctx, p, 8080, mux, stopping, goEnds(p))
}

// agnhostConnect says how a connection fails, in one word, and nothing if it does not.
func agnhostConnect(ctx context.Context, p *program.Process, flags *flag.FlagSet) int {
	timeout := flags.Duration("timeout", 0, "")
	protocol := flags.String("protocol", "tcp", "")
	words := p.Args[1:]
	var targets []string
	for len(words) > 0 { // flags may stand behind the target
		if flags.Parse(words) != nil {
			return 1
		}
		if words = flags.Args(); len(words) > 0 {
			targets, words = append(targets, words[0]), words[1:]
		}
	}
	if len(targets) != 1 {
		fmt.Fprintf(p.Stderr, "Error: accepts 1 arg(s), received %d\n", len(targets))
		return 1
	}
	if *protocol != "tcp" {
		fmt.Fprintf(p.Stderr, "OTHER: the embedded engine has no %s; use the engine kind for it\n", *protocol)
		return 1
	}
	if *timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *timeout)
		defer cancel()
	}
	conn, err := p.Network.DialContext(ctx, "tcp", targets[0])
	var unknown *net.DNSError
	var unreachable net.Error
	switch {
	case err == nil:
		conn.Close()
		return 0
	case errors.As(err, &unknown):
		fmt.Fprintf(p.Stderr, "DNS: %v\n", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		fmt.Fprintln(p.Stderr, "REFUSED")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &unreachable) && unreachable.Timeout():
		fmt.Fprintln(p.Stderr, "TIMEOUT")
	default:
		fmt.Fprintf(p.Stderr, "OTHER: %v\n", err)
	}
	return 1
}

func agnhostServeHostname(ctx context.Context, p *program.Process, flags *flag.FlagSet) int {
	port := flags.Int("port", 9376, "")
	udp := flags.Bool("udp", false, "")
	flags.Bool("http", true, "")
	tcp := flags.Bool("tcp", false, "")
	flags.Bool("close", false, "")
	if flags.Parse(p.Args[1:]) != nil {
		return 1
	}
	if *udp {
		stamped(p.Stderr, "the embedded engine has no UDP; use the engine kind for it")
		return 1
	}
	if *tcp {
		return agnhostServeTCP(ctx, p, *port)
	}
	stamped(p.Stderr, "Serving on port %d.", *port)
	return agnhostServe(ctx, p, *port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stamped(p.Stderr, "HTTP request from %s", r.RemoteAddr)
		fmt.Fprint(w, hostname(p))
	}), stopping, goEnds(p))
}

func agnhostServeTCP(ctx context.Context, p *program.Process, port int) int {
	listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		stamped(p.Stderr, "%v", err)
		return 1
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			stamped(p.Stderr, "TCP request from %s", conn.RemoteAddr())
			io.WriteString(conn, hostname(p))
			conn.Close()
		}
	}()
	got, stopped := await(ctx, p, nil, stopping)
	if !stopped {
		return killed
	}
	return goEnds(p)(got)
}

// agnhostTestWebserver serves the files of the container.
func agnhostTestWebserver(ctx context.Context, p *program.Process, flags *flag.FlagSet) int {
	port := flags.Int("port", 80, "")
	if flags.Parse(p.Args[1:]) != nil {
		return 1
	}
	return agnhostServe(ctx, p, *port, http.FileServerFS(p.Files.FS("/")), stopping, goEnds(p))
}
