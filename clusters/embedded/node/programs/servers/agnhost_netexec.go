package servers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/program"
)

// netexec is one run of agnhost netexec:
// https://github.com/kubernetes/kubernetes/blob/master/test/images/agnhost/netexec/netexec.go.
type netexec struct {
	p    *program.Process
	exit chan int
}

func agnhostNetexec(ctx context.Context, p *program.Process, flags *flag.FlagSet) int {
	port := flags.Int("http-port", 8080, "")
	udp := flags.Int("udp-port", 8081, "")
	delay := flags.Int("delay-shutdown", 0, "")
	override := flags.String("http-override", "", "")
	if flags.Parse(p.Args[1:]) != nil {
		return 1
	}
	n := &netexec{p: p, exit: make(chan int, 1)}
	mux := http.NewServeMux()
	for path, handle := range map[string]func(http.ResponseWriter, *http.Request){
		"/": n.root, "/clientip": n.client, "/header": n.header, "/echo": n.echo, "/exit": n.leave, "/healthz": n.healthy,
		"/hostname": n.hostname, "/hostName": n.hostname, "/redirect": n.redirect, "/shell": n.shell, "/shutdown": n.shutdown,
		"/dial": n.elsewhere, "/upload": n.elsewhere,
	} {
		if *override != "" {
			handle = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, *override) }
		}
		mux.HandleFunc(path, handle)
	}
	listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", *port))
	if err != nil {
		stamped(p.Stderr, "%v", err)
		return 1
	}
	stamped(p.Stderr, "Started HTTP server on port %d", *port)
	stamped(p.Stderr, "The embedded engine has no UDP: nothing listens on port %d", *udp)
	ctx, end := context.WithCancel(ctx)
	defer end()
	left := make(chan int, 1)
	go func() {
		select {
		case code := <-n.exit:
			left <- code
			end()
		case <-ctx.Done():
		}
	}()
	code := site{mux, []net.Listener{listener}, stopping, func(got syscall.Signal) int {
		if *delay == 0 {
			return goEnds(p)(got)
		}
		stamped(p.Stderr, "Sleeping %d seconds before terminating...", *delay)
		select {
		case <-time.After(time.Duration(*delay) * time.Second):
		case <-ctx.Done():
		}
		return 0
	}}.serve(ctx, p)
	select {
	case code = <-left:
	default:
	}
	return code
}

func (n *netexec) said(r *http.Request) { stamped(n.p.Stderr, "%s %s", r.Method, r.URL.RequestURI()) }

func (n *netexec) root(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	fmt.Fprintf(w, "NOW: %v", time.Now())
}

func (n *netexec) client(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	fmt.Fprint(w, r.RemoteAddr)
}

func (n *netexec) header(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	if key := r.FormValue("key"); key != "" {
		fmt.Fprint(w, r.Header.Get(key))
		return
	}
	data, err := json.Marshal(r.Header)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(data)
}

func (n *netexec) echo(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	if code, err := strconv.Atoi(r.FormValue("code")); err == nil && code >= 200 && code < 600 {
		w.WriteHeader(code)
	} else if r.FormValue("code") != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "argument 'code' must be an integer between 200 and 599, got %q", r.FormValue("code"))
		return
	}
	fmt.Fprint(w, r.FormValue("msg"))
}

// leave ends the program: with a code, after a while.
func (n *netexec) leave(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	code, err := strconv.Atoi(cmp.Or(r.FormValue("code"), "0"))
	wait, wrong := time.ParseDuration(cmp.Or(r.FormValue("wait"), "0s"))
	if err != nil || wrong != nil || code < 0 || code > 127 {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "argument 'code' must be an integer [0-127] or empty, and 'wait' a duration")
		return
	}
	time.AfterFunc(wait+10*time.Millisecond, func() { // the answer goes first
		select {
		case n.exit <- code:
		default:
		}
	})
}

func (n *netexec) healthy(_ http.ResponseWriter, r *http.Request) { n.said(r) }

func (n *netexec) hostname(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	fmt.Fprint(w, hostname(n.p))
}

func (n *netexec) redirect(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	location, err := url.PathUnescape(r.FormValue("location"))
	code, wrong := strconv.Atoi(cmp.Or(r.FormValue("code"), "302"))
	if err != nil || wrong != nil || code < 300 || code > 399 {
		http.Error(w, "argument 'code' must be an integer between 300 and 399", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, location, code)
}

// shell runs a command in the container.
func (n *netexec) shell(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	answer := map[string]string{}
	if run := n.p.Lookup("/bin/sh"); run != nil {
		child := *n.p
		var output bytes.Buffer
		child.Args, child.Stdin = []string{"/bin/sh", "-c", cmp.Or(r.FormValue("shellCommand"), r.FormValue("cmd"))}, strings.NewReader("")
		child.Stdout, child.Stderr, child.PID, child.TTY = &output, &output, n.p.PID+1, false
		child.Signals = make(chan syscall.Signal)
		if code := run(r.Context(), &child); code != 0 {
			answer["error"] = fmt.Sprintf("exit status %d", code)
		}
		if output.Len() > 0 {
			answer["output"] = output.String()
		}
	} else {
		answer["error"] = "there is no /bin/sh"
	}
	json.NewEncoder(w).Encode(answer)
}

func (n *netexec) shutdown(_ http.ResponseWriter, r *http.Request) {
	n.said(r)
	select {
	case n.exit <- 0:
	default:
	}
}

func (n *netexec) elsewhere(w http.ResponseWriter, r *http.Request) {
	n.said(r)
	http.Error(w, "the embedded engine does not have "+r.URL.Path+"; use the engine kind for it", http.StatusNotImplemented)
}
