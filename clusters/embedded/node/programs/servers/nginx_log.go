package servers

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// at answers the requests that come to one address.
func (n *nginxRun) at(address string) http.Handler {
	_, port, _ := net.SplitHostPort(address)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.requests.Add(1)
		w.Header().Set("Server", "nginx")
		answer := &measured{ResponseWriter: w}
		v := n.choose(address, r.Host)
		uri := path.Clean("/" + r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/") && uri != "/" {
			uri += "/"
		}
		x := &exchange{nginx: n, sites: n.now.Load().sites, w: answer, r: r, v: v, port: port, uri: uri}
		x.answer()
		if !x.scope.silent {
			user, _, _ := r.BasicAuth()
			fmt.Fprintf(n.p.Stdout, "%s - %s [%s] \"%s %s %s\" %d %d %q %q %q\n", client(r), cmp.Or(user, "-"), time.Now().UTC().Format(accessTime),
				r.Method, r.RequestURI, r.Proto, answer.status, answer.bytes, cmp.Or(r.Referer(), "-"), cmp.Or(r.UserAgent(), "-"),
				cmp.Or(r.Header.Get("X-Forwarded-For"), "-"))
		}
	})
}

// choose finds the server for a name: its own, one that ends with it (*.example.com), or the default.
func (n *nginxRun) choose(address, host string) *virtual {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		host = bare
	}
	var first, wild *virtual
	for _, v := range n.now.Load().sites.servers {
		if !slices.Contains(v.listens, address) {
			continue
		}
		if first == nil || v.first[address] && !first.first[address] {
			first = v
		}
		for _, name := range v.names {
			switch suffix, wildcard := strings.CutPrefix(name, "*"); {
			case strings.EqualFold(name, host):
				return v
			case wildcard && wild == nil && strings.HasSuffix(strings.ToLower(host), strings.ToLower(suffix)):
				wild = v
			}
		}
	}
	return cmp.Or(wild, first)
}

func (n *nginxRun) addresses(host string) []string { return n.now.Load().upstream[host] }

func (n *nginxRun) log(level, format string, values ...any) {
	fmt.Fprintf(n.p.Stderr, "%s [%s] %d#%d: %s\n", time.Now().UTC().Format("2006/01/02 15:04:05"), level, n.p.PID, n.p.PID, fmt.Sprintf(format, values...))
}

func (n *nginxRun) notice(format string, values ...any) { n.log("notice", format, values...) }

// emergency says why nginx does not start, in its log and on its terminal, and gives the exit code.
func (n *nginxRun) emergency(err error) int {
	n.log("emerg", "%v", err)
	fmt.Fprintf(n.p.Stderr, "nginx: [emerg] %v\n", err)
	return 1
}

// warn says what of the configuration has no effect.
func (n *nginxRun) warn(state *nginxState) {
	for _, name := range slices.Sorted(maps.Keys(state.passed)) {
		n.log("warn", "the embedded engine passes over %q in %s; the engine kind does not", name, state.passed[name])
	}
}

func (n *nginxRun) trouble(x *exchange, what string) { n.troubleWith(x, what, "") }

func (n *nginxRun) troubleWith(x *exchange, what, more string) {
	n.log("error", `*%d %s, client: %s, server: %s, request: "%s %s %s"%s, host: %q`, n.requests.Load(), what, client(x.r),
		strings.Join(x.v.names[:min(1, len(x.v.names))], ""), x.r.Method, x.r.RequestURI, x.r.Proto, more, x.r.Host)
}
