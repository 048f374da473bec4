package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"time"
)

// upstreamTimeout is what nginx waits for a connection, and for an answer.
const upstreamTimeout = 60 * time.Second

// resolve finds the addresses of all names that the configuration passes requests on to: as nginx does, once, before it
// serves.
func (s *sites) resolve(ctx context.Context, lookup func(context.Context, string) ([]string, error)) (map[string][]string, error) {
	found := map[string][]string{}
	for name, servers := range s.upstreams {
		for _, server := range servers {
			addresses, err := resolveOne(ctx, lookup, server)
			if err != nil {
				return nil, err
			}
			found[name] = append(found[name], addresses...)
		}
		if len(servers) == 0 {
			return nil, fmt.Errorf("no servers are inside upstream %q", name)
		}
	}
	for _, v := range s.servers {
		for _, scope := range append([]location{{scope: v.scope}}, v.locations...) {
			host := hostOf(scope.proxy)
			if host == "" || found[host] != nil || strings.Contains(host, "$") {
				continue
			}
			addresses, err := resolveOne(ctx, lookup, host)
			if err != nil {
				return nil, err
			}
			found[host] = addresses
		}
	}
	return found, nil
}

func resolveOne(ctx context.Context, lookup func(context.Context, string) ([]string, error), server string) ([]string, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		host, port = server, "80"
	}
	addresses, err := lookup(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("host not found in upstream %q", server)
	}
	var all []string
	for _, address := range addresses {
		all = append(all, net.JoinHostPort(address, port))
	}
	return all, nil
}

// hostOf gives "host:port" of what proxy_pass names.
func hostOf(target string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(target, "http://"), "/")
	return host
}

// pass passes the request on.
func (x *exchange) pass() {
	target, err := url.Parse(x.expand(x.scope.proxy))
	if err != nil || target.Host == "" {
		x.nginx.trouble(x, fmt.Sprintf("invalid URL prefix in %q", x.scope.proxy))
		x.page(http.StatusInternalServerError)
		return
	}
	asked := target.Host
	transport := &http.Transport{
		DisableKeepAlives: true, DisableCompression: true, ResponseHeaderTimeout: upstreamTimeout,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if known := x.nginx.addresses(target.Host); len(known) > 0 {
				address = known[int(x.nginx.turn.Add(1))%len(known)]
			}
			asked = address
			ctx, cancel := context.WithTimeout(ctx, upstreamTimeout)
			defer cancel()
			return x.nginx.p.Network.DialContext(ctx, network, address)
		},
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", target.Host, target.Host
			if target.Path != "" && x.at != nil { // the location's part of the path is replaced
				r.Out.URL.Path, r.Out.URL.RawPath = target.Path+strings.TrimPrefix(x.uri, x.at.path), ""
			}
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"} {
				if values := r.In.Header[name]; values != nil {
					r.Out.Header[name] = values
				}
			}
			for _, header := range x.scope.proxyHeaders {
				value := x.expand(strings.ReplaceAll(header[1], "$proxy_host", target.Host))
				if strings.EqualFold(header[0], "Host") {
					r.Out.Host = value
				} else if r.Out.Header.Set(header[0], value); value == "" {
					r.Out.Header.Del(header[0])
				}
			}
		},
		ModifyResponse: func(answer *http.Response) error {
			answer.Header.Del("Server")
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, r *http.Request, err error) {
			code, what := http.StatusBadGateway, "upstream prematurely closed connection while reading response header from upstream"
			var dialling *net.OpError
			switch {
			case errors.Is(err, context.Canceled): // the client has gone
				return
			case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
				code, what = http.StatusGatewayTimeout, "upstream timed out (110: Operation timed out) while connecting to upstream"
			case errors.As(err, &dialling):
				number, words := why(err)
				what = fmt.Sprintf("connect() failed (%d: %s) while connecting to upstream", number, words)
			}
			x.nginx.troubleWith(x, what, fmt.Sprintf(`, upstream: "http://%s%s"`, asked, r.URL.RequestURI()))
			x.page(code)
		},
	}
	proxy.ServeHTTP(x.w, x.r)
}
