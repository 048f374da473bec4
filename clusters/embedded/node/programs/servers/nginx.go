package servers

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

const accessTime = "02/Jan/2006:15:04:05 -0700"

// nginxRun is one run of nginx.
type nginxRun struct {
	p        *program.Process
	image    *images.Image
	file     string
	before   string // what -g says
	now      atomic.Pointer[nginxState]
	servers  map[string]*http.Server // by what they listen on
	turn     atomic.Int64
	requests atomic.Int64
	failed   chan error
}

// nginxState is the configuration that holds now.
type nginxState struct {
	*sites
	upstream map[string][]string
}

// nginx serves what its configuration says, as far as nginx_sites.go knows it.
func nginx(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		n := &nginxRun{p: p, image: image, file: "/etc/nginx/nginx.conf", servers: map[string]*http.Server{}, failed: make(chan error, 1)}
		test, signal := false, ""
		for words := p.Args[1:]; len(words) > 0; words = words[1:] {
			switch word := words[0]; word {
			case "-t", "-q":
				test = test || word == "-t"
			case "-v", "-V":
				fmt.Fprintln(p.Stderr, "nginx version: nginx (of the embedded engine)")
				return 0
			case "-c", "-g", "-s", "-e", "-p":
				if len(words) < 2 {
					fmt.Fprintf(p.Stderr, "nginx: option %q requires parameter\n", word)
					return 1
				}
				switch words = words[1:]; word {
				case "-c":
					n.file = words[0]
				case "-g":
					n.before = words[0]
				case "-s":
					signal = words[0]
				}
			default:
				fmt.Fprintf(p.Stderr, "nginx: invalid option: %q\n", word)
				return 1
			}
		}
		switch {
		case signal != "":
			return n.tell(signal)
		case test:
			return n.test(ctx)
		}
		return n.run(ctx)
	}
}

// read gives what the configuration says now.
func (n *nginxRun) read(ctx context.Context) (*nginxState, error) {
	all, err := parseNginx(n.p.Files, n.file, 0)
	if err != nil {
		return nil, err
	}
	given, err := (&nginxText{tree: n.p.Files, file: "command line", text: n.before, line: 1}).block(false, 0)
	if err != nil {
		return nil, err
	}
	found, err := readSites(append(given, all...))
	if err != nil {
		return nil, err
	}
	for _, v := range found.servers {
		if err := n.certify(v); err != nil {
			return nil, err
		}
	}
	addresses, err := found.resolve(ctx, n.p.Network.LookupHost)
	return &nginxState{found, addresses}, err
}

// certify reads the certificate of a server that has a secure port.
func (n *nginxRun) certify(v *virtual) error {
	if !slices.Contains(slices.Collect(maps.Values(v.secure)), true) {
		return nil
	}
	crt, err := n.p.Files.ReadFile(cmp.Or(v.crt, "/"))
	if err != nil || v.crt == "" {
		return fmt.Errorf("cannot load certificate %q: BIO_new_file() failed", v.crt)
	}
	key, err := n.p.Files.ReadFile(cmp.Or(v.key, "/"))
	if err != nil {
		return fmt.Errorf("cannot load certificate key %q: BIO_new_file() failed", v.key)
	}
	pair, err := tls.X509KeyPair(crt, key)
	if err != nil {
		return fmt.Errorf("cannot load certificate key %q: %w", v.key, err)
	}
	v.certificate = &pair
	return nil
}

func (n *nginxRun) test(ctx context.Context) int {
	if _, err := n.read(ctx); err != nil {
		fmt.Fprintf(n.p.Stderr, "nginx: [emerg] %v\nnginx: configuration file %s test failed\n", err, n.file)
		return 1
	}
	fmt.Fprintf(n.p.Stderr, "nginx: the configuration file %s syntax is ok\nnginx: configuration file %s test is successful\n", n.file, n.file)
	return 0
}

// tell is nginx -s: it signals the nginx that runs in the container.
func (n *nginxRun) tell(what string) int {
	which, known := map[string]syscall.Signal{"stop": syscall.SIGTERM, "quit": syscall.SIGQUIT, "reload": syscall.SIGHUP}[what]
	if !known {
		fmt.Fprintf(n.p.Stderr, "nginx: invalid option: \"-s %s\"\n", what)
		return 1
	}
	state, err := n.read(context.Background())
	if err != nil {
		return n.emergency(err)
	}
	text, err := n.p.Files.ReadFile(state.pid)
	if err != nil {
		number, words := why(err)
		fmt.Fprintf(n.p.Stderr, "nginx: [error] open() %q failed (%d: %s)\n", state.pid, number, words)
		return 1
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		fmt.Fprintf(n.p.Stderr, "nginx: [error] invalid PID number %q in %q\n", strings.TrimSpace(string(text)), state.pid)
		return 1
	}
	if n.p.Kill == nil {
		fmt.Fprintln(n.p.Stderr, "nginx: the embedded engine cannot signal from here; use the engine kind for it")
		return 1
	}
	n.notice("signal process started")
	if err := n.p.Kill(pid, which); err != nil {
		fmt.Fprintf(n.p.Stderr, "nginx: [alert] kill(%d, %d) failed (3: No such process)\n", pid, int(which))
		return 1
	}
	return 0
}

func (n *nginxRun) run(ctx context.Context) int {
	p := n.p
	if err := n.room(); err != nil {
		return n.emergency(err)
	}
	state, err := n.read(ctx)
	if err != nil {
		return n.emergency(err)
	}
	if state.daemon && p.PID != 1 {
		return n.emergency(errors.New(`the embedded engine cannot leave nginx in the background; write nginx -g "daemon off;" and put it there with &`))
	}
	if err := n.listen(ctx, state); err != nil {
		return n.emergency(err)
	}
	defer func() {
		for _, server := range n.servers {
			server.Close()
		}
	}()
	if err := p.Files.WriteFile(state.pid, fmt.Appendf(nil, "%d\n", p.PID), 0o644); err != nil {
		number, words := why(err)
		return n.emergency(fmt.Errorf("open() %q failed (%d: %s)", state.pid, number, words))
	}
	defer p.Files.Remove(state.pid)
	keep(p, n.image)
	n.notice("nginx, of the embedded engine")
	n.warn(state)
	if state.daemon { // the first process ends, and the container with it
		return 0
	}
	n.notice("start worker processes")
	n.notice("start worker process %d", p.PID+28)
	for {
		got, stopped := await(ctx, p, n.failed, []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP})
		switch {
		case !stopped && ctx.Err() != nil:
			return killed
		case !stopped:
			return 1
		case got == syscall.SIGHUP:
			n.notice("signal 1 (SIGHUP) received, reconfiguring")
			n.reload(ctx)
		case got == syscall.SIGQUIT: // open requests are finished
			n.notice("signal 3 (SIGQUIT) received, shutting down")
			for _, server := range n.servers {
				server.Shutdown(ctx)
			}
			n.notice("exit")
			return 0
		default:
			n.notice("signal %d (%s) received, exiting", int(got), map[syscall.Signal]string{syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT"}[got])
			n.notice("exit")
			return 0
		}
	}
}

// room makes the folder in which nginx keeps what it receives. It belongs to root, but in images that are made for others.
func (n *nginxRun) room() error {
	const folder = "/var/cache/nginx"
	fail := func(number int, words string) error {
		return fmt.Errorf("mkdir() %q failed (%d: %s)", folder+"/client_temp", number, words)
	}
	mounted := false
	for _, mount := range n.p.Files.Mounts() {
		mounted = mounted || mount.Path == folder || mount.Path == "/var/cache"
	}
	if n.p.Host.UID != 0 && n.image.UID == 0 && !mounted {
		return fail(13, "Permission denied")
	}
	if err := n.p.Files.MkdirAll(folder+"/client_temp", 0o700); err != nil {
		return fail(why(err))
	}
	return nil
}

// listen opens what the configuration listens on and is not open yet, and closes what it does not name any more.
func (n *nginxRun) listen(ctx context.Context, state *nginxState) error {
	wanted := map[string]bool{}
	for _, v := range state.sites.servers {
		for _, address := range v.listens {
			wanted[address] = wanted[address] || v.secure[address]
		}
	}
	opened := map[string]net.Listener{}
	for _, address := range slices.Sorted(maps.Keys(wanted)) {
		if n.servers[address] != nil {
			continue
		}
		listener, err := n.bind(ctx, address)
		if err != nil {
			for _, other := range opened {
				other.Close()
			}
			return err
		}
		opened[address] = listener
	}
	n.now.Store(state)
	for address, server := range n.servers {
		if _, still := wanted[address]; !still {
			server.Close()
			delete(n.servers, address)
		}
	}
	for address, listener := range opened {
		if wanted[address] {
			listener = tls.NewListener(listener, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return n.choose(address, "").certificate, nil
			}})
		}
		server := &http.Server{Handler: n.at(address), ErrorLog: log.New(io.Discard, "", 0)}
		n.servers[address] = server
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				n.failed <- err
			}
		}()
	}
	return nil
}

// bind tries as often as nginx does.
func (n *nginxRun) bind(ctx context.Context, address string) (net.Listener, error) {
	shown := address
	if strings.HasPrefix(address, ":") {
		shown = "0.0.0.0" + address
	}
	for range 5 {
		listener, err := n.p.Network.Listen("tcp", address)
		if err == nil {
			return listener, nil
		}
		number, words := why(err)
		complaint := fmt.Errorf("bind() to %s failed (%d: %s)", shown, number, words)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, complaint
		}
		n.emergency(complaint)
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, errors.New("still could not bind()")
}

func (n *nginxRun) reload(ctx context.Context) {
	state, err := n.read(ctx)
	if err == nil {
		err = n.listen(ctx, state)
	}
	if err != nil {
		n.log("emerg", "%v", err)
		return
	}
	n.warn(state)
	n.notice("reconfiguring")
}
