package servers

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// scope is what holds for requests: told for all, for a server or for a location, each over the one around it.
type scope struct {
	root, alias  string
	index        []string
	defaultType  string
	tryFiles     []string
	errorPages   map[int]string
	headers      [][2]string // add_header
	proxyHeaders [][2]string // proxy_set_header
	autoindex    bool
	silent       bool // access_log off

	code  int // of return; 0: there is none
	text  string
	proxy string // of proxy_pass
}

func (s scope) inside() scope {
	s.code, s.text, s.proxy, s.alias, s.tryFiles = 0, "", "", "", nil
	s.errorPages = maps.Clone(s.errorPages)
	s.headers, s.proxyHeaders = slices.Clip(s.headers), slices.Clip(s.proxyHeaders)
	return s
}

// location is a part of a server's paths. how: "" for a prefix, "=", "^~", "~" or "~*".
type location struct {
	how, path string
	match     *regexp.Regexp
	scope
}

// virtual is one server block.
type virtual struct {
	names       []string
	listens     []string
	locations   []location
	secure      map[string]bool // by listen
	first       map[string]bool // default_server
	crt, key    string
	certificate *tls.Certificate
	scope
}

// sites is what a configuration says.
type sites struct {
	servers   []*virtual
	upstreams map[string][]string
	daemon    bool
	pid       string
	passed    map[string]string // directives that are passed over, and where they stand first
}

// unseen lists directives that change nothing that anybody sees here.
var unseen = strings.Fields(`user worker_processes worker_rlimit_nofile error_log pcre_jit load_module events log_format sendfile tcp_nopush tcp_nodelay
	keepalive_timeout keepalive_requests types types_hash_max_size types_hash_bucket_size server_names_hash_bucket_size server_tokens charset gzip
	client_max_body_size client_body_buffer_size client_body_temp_path proxy_temp_path fastcgi_temp_path uwsgi_temp_path scgi_temp_path
	proxy_http_version proxy_buffering proxy_buffers proxy_buffer_size log_not_found ssl_protocols ssl_ciphers ssl_session_cache ssl_session_timeout
	ssl_prefer_server_ciphers worker_shutdown_timeout multi_accept use`)

func readSites(all []directive) (*sites, error) {
	found := &sites{upstreams: map[string][]string{}, passed: map[string]string{}, daemon: true, pid: "/run/nginx.pid"}
	outer := scope{root: "/usr/share/nginx/html", index: []string{"index.html"}, defaultType: "text/plain"}
	for _, d := range all {
		switch d.name {
		case "daemon":
			found.daemon = !slices.Equal(d.args, []string{"off"})
		case "pid":
			found.pid = strings.Join(d.args, "")
		case "http":
			if err := found.http(d.block, outer); err != nil {
				return nil, err
			}
		case "server", "location", "listen", "upstream", "root", "proxy_pass", "return":
			return nil, fmt.Errorf("%q directive is not allowed here in %s", d.name, d.place)
		default:
			found.pass(d)
		}
	}
	return found, nil
}

// pass notes that a directive is passed over.
func (s *sites) pass(d directive) {
	if _, known := s.passed[d.name]; !known && !slices.Contains(unseen, d.name) {
		s.passed[d.name] = d.place
	}
}

func (s *sites) http(all []directive, outer scope) error {
	for _, d := range all { // what is told for all holds for blocks that stand before it, too
		if d.name != "server" && d.name != "upstream" {
			if known, err := outer.take(d); err != nil {
				return err
			} else if !known {
				s.pass(d)
			}
		}
	}
	for _, d := range all {
		switch d.name {
		case "upstream":
			for _, one := range d.block {
				if one.name == "server" && len(one.args) > 0 {
					s.upstreams[strings.Join(d.args, "")] = append(s.upstreams[strings.Join(d.args, "")], one.args[0])
				} else {
					s.pass(one)
				}
			}
		case "server":
			if err := s.server(d, outer.inside()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sites) server(d directive, outer scope) error {
	v := &virtual{secure: map[string]bool{}, first: map[string]bool{}, scope: outer}
	for _, one := range d.block {
		switch one.name {
		case "listen":
			if err := v.listen(one); err != nil {
				return err
			}
		case "server_name":
			v.names = append(v.names, one.args...)
		case "ssl_certificate":
			v.crt = strings.Join(one.args, "")
		case "ssl_certificate_key":
			v.key = strings.Join(one.args, "")
		case "location":
		default:
			if known, err := v.take(one); err != nil {
				return err
			} else if !known {
				s.pass(one)
			}
		}
	}
	if len(v.listens) == 0 {
		v.listens = []string{":80"}
	}
	for _, one := range d.block {
		if one.name == "location" {
			if err := s.location(v, one, v.scope.inside()); err != nil {
				return err
			}
		}
	}
	s.servers = append(s.servers, v)
	return nil
}

func (v *virtual) listen(d directive) error {
	if len(d.args) == 0 {
		return fmt.Errorf(`invalid number of arguments in "listen" directive in %s`, d.place)
	}
	address := d.args[0]
	switch {
	case strings.HasPrefix(address, "["): // there is no IPv6
		return nil
	case strings.HasPrefix(address, "unix:"):
		return fmt.Errorf("the embedded engine has no Unix sockets, use a port or the engine kind, in %s", d.place)
	case !strings.Contains(address, ":"):
		if _, err := strconv.Atoi(address); err == nil {
			address = ":" + address
		} else {
			address += ":80"
		}
	}
	address = strings.TrimPrefix(address, "*")
	host, port, err := net.SplitHostPort(address)
	if number, wrong := strconv.Atoi(port); err != nil || wrong != nil || number < 1 || number > 65535 {
		return fmt.Errorf("invalid port in %q of the \"listen\" directive in %s", d.args[0], d.place)
	}
	if host == "0.0.0.0" {
		address = ":" + port
	}
	v.listens = append(v.listens, address)
	v.secure[address] = slices.Contains(d.args, "ssl")
	v.first[address] = slices.Contains(d.args, "default_server")
	return nil
}

func (s *sites) location(v *virtual, d directive, inner scope) error {
	l := location{scope: inner}
	switch len(d.args) {
	case 1:
		l.path = d.args[0]
		for _, how := range []string{"^~", "~*", "~", "="} { // "=/path" may be one word
			if rest, attached := strings.CutPrefix(l.path, how); attached {
				l.how, l.path = how, rest
				break
			}
		}
	case 2:
		l.how, l.path = d.args[0], d.args[1]
	default:
		return fmt.Errorf(`invalid number of arguments in "location" directive in %s`, d.place)
	}
	if l.how == "~" || l.how == "~*" {
		flags := ""
		if l.how == "~*" {
			flags = "(?i)"
		}
		var err error
		if l.match, err = regexp.Compile(flags + l.path); err != nil {
			return fmt.Errorf("%w (of the expressions of nginx, the embedded engine knows those of RE2) in %s", err, d.place)
		}
	}
	for _, one := range d.block {
		if one.name == "location" {
			s.pass(one)
		} else if known, err := l.take(one); err != nil {
			return err
		} else if !known {
			s.pass(one)
		}
	}
	v.locations = append(v.locations, l)
	return nil
}

// take notes a directive that says how requests are answered.
func (s *scope) take(d directive) (known bool, err error) {
	few := func(least int) error {
		if len(d.args) < least {
			return fmt.Errorf("invalid number of arguments in %q directive in %s", d.name, d.place)
		}
		return nil
	}
	switch d.name {
	case "root", "alias", "default_type", "proxy_pass", "index", "try_files", "autoindex", "access_log", "return":
		err = few(1)
	case "add_header", "proxy_set_header", "error_page":
		err = few(2)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	switch first := d.args[0]; d.name {
	case "root":
		s.root = path.Join("/etc/nginx", first)
		if path.IsAbs(first) {
			s.root = first
		}
	case "alias":
		s.alias = first
	case "default_type":
		s.defaultType = first
	case "proxy_pass":
		s.proxy = first
		if !strings.HasPrefix(first, "http://") && !strings.HasPrefix(first, "$") {
			return true, fmt.Errorf("proxy_pass to %q: the embedded engine passes on to http:// only, in %s", first, d.place)
		}
	case "index":
		s.index = d.args
	case "try_files":
		s.tryFiles = d.args
	case "autoindex":
		s.autoindex = first == "on"
	case "access_log":
		s.silent = first == "off"
	case "add_header":
		s.headers = append(s.headers, [2]string{first, d.args[1]})
	case "proxy_set_header":
		s.proxyHeaders = append(s.proxyHeaders, [2]string{first, d.args[1]})
	case "error_page":
		s.errorPages = maps.Clone(s.errorPages)
		if s.errorPages == nil {
			s.errorPages = map[int]string{}
		}
		for _, word := range d.args[:len(d.args)-1] {
			if code, err := strconv.Atoi(word); err == nil {
				s.errorPages[code] = d.args[len(d.args)-1]
			}
		}
	case "return":
		if s.code != 0 { // the first one counts
			break
		}
		if s.code, err = strconv.Atoi(first); err != nil && len(d.args) == 1 { // return URL;
			s.code, s.text = 302, first
			return true, nil
		} else if err != nil || s.code < 100 || s.code > 999 {
			return true, fmt.Errorf("invalid return code %q in %s", first, d.place)
		}
		if len(d.args) > 1 {
			s.text = d.args[1]
		}
	}
	return true, nil
}
