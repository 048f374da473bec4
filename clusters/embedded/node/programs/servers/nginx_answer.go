package servers

import (
	"cmp"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// maxRedirects stops locations that send a request to each other.
const maxRedirects = 10

// exchange is one request and its answer.
type exchange struct {
	nginx *nginxRun
	sites *sites
	w     http.ResponseWriter
	r     *http.Request
	v     *virtual
	port  string
	uri   string
	scope scope // of the location that answers
	at    *location
	turns int
}

// answer finds the location and lets it answer.
func (x *exchange) answer() {
	if x.turns++; x.turns > maxRedirects {
		x.nginx.trouble(x, "rewrite or internal redirection cycle")
		x.page(http.StatusInternalServerError)
		return
	}
	x.at, x.scope = x.v.locate(x.uri), x.v.scope
	if x.at != nil && x.v.code == 0 {
		x.scope = x.at.scope
	}
	for _, header := range x.scope.headers {
		x.w.Header().Set(header[0], x.expand(header[1]))
	}
	switch {
	case x.scope.code != 0:
		x.say(x.scope.code, x.expand(x.scope.text))
	case x.scope.proxy != "":
		x.pass()
	case len(x.scope.tryFiles) > 0:
		x.try()
	default:
		x.file(x.place(x.uri))
	}
}

// locate chooses as https://nginx.org/en/docs/http/ngx_http_core_module.html#location says.
func (v *virtual) locate(uri string) *location {
	var longest, matching *location
	for i := range v.locations {
		switch l := &v.locations[i]; l.how {
		case "=":
			if l.path == uri {
				return l
			}
		case "~", "~*":
			if matching == nil && l.match.MatchString(uri) {
				matching = l
			}
		default:
			if strings.HasPrefix(uri, l.path) && (longest == nil || len(l.path) > len(longest.path)) {
				longest = l
			}
		}
	}
	if matching != nil && (longest == nil || longest.how != "^~") {
		return matching
	}
	return longest
}

// say answers as return does: with a text, a redirection, or the page of a status.
func (x *exchange) say(code int, text string) {
	switch {
	case code == 301 || code == 302 || code == 303 || code == 307 || code == 308:
		if strings.HasPrefix(text, "/") {
			text = "http://" + x.r.Host + text
		}
		x.w.Header().Set("Location", text)
		x.page(code)
	case text == "" && code >= 300:
		x.page(code)
	default:
		x.w.Header().Set("Content-Type", x.scope.defaultType)
		x.w.WriteHeader(code)
		fmt.Fprint(x.w, text)
	}
}

// place gives the file that a path means.
func (x *exchange) place(uri string) string {
	if x.scope.alias != "" {
		return strings.TrimSuffix(x.scope.alias, "/") + "/" + strings.TrimPrefix(strings.TrimPrefix(uri, x.at.path), "/")
	}
	return strings.TrimSuffix(x.scope.root, "/") + uri
}

// file answers with a file, or with the index of a folder.
func (x *exchange) file(name string) {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		x.page(http.StatusMethodNotAllowed)
		return
	}
	tree := x.nginx.p.Files
	info, err := tree.Stat(name)
	switch {
	case err != nil:
		x.missing(name, err)
	case !info.IsDir() && strings.HasSuffix(name, "/"):
		x.nginx.trouble(x, fmt.Sprintf("%q is not found (20: Not a directory)", name+x.scope.index[0]))
		x.page(http.StatusNotFound)
	case info.IsDir() && !strings.HasSuffix(name, "/"):
		x.say(http.StatusMovedPermanently, x.r.URL.Path+"/")
	case info.IsDir():
		if found := index(tree, name, x.scope.index); found != "" {
			x.file(found)
		} else if x.scope.autoindex {
			x.list(name)
		} else {
			x.nginx.trouble(x, fmt.Sprintf("directory index of %q is forbidden", name))
			x.page(http.StatusForbidden)
		}
	default:
		if err := document(x.w, x.r, tree, name, x.scope.defaultType); err != nil {
			x.missing(name, err)
		}
	}
}

func (x *exchange) missing(name string, err error) {
	number, words := why(err)
	x.nginx.trouble(x, fmt.Sprintf("open() %q failed (%d: %s)", name, number, words))
	if number == linux[syscall.EACCES] {
		x.page(http.StatusForbidden)
		return
	}
	x.page(http.StatusNotFound)
}

// try is try_files.
func (x *exchange) try() {
	last := len(x.scope.tryFiles) - 1
	for _, word := range x.scope.tryFiles[:last] {
		uri := x.expand(word)
		info, err := x.nginx.p.Files.Stat(x.place(uri))
		if err == nil && info.IsDir() == strings.HasSuffix(uri, "/") {
			x.file(x.place(uri))
			return
		}
	}
	target := x.expand(x.scope.tryFiles[last])
	var code int
	if _, err := fmt.Sscanf(target, "=%d", &code); err == nil {
		x.page(code)
		return
	}
	x.uri, _, _ = strings.Cut(target, "?")
	x.answer()
}

func (x *exchange) list(folder string) {
	names, err := listing(x.nginx.p.Files, folder)
	if err != nil {
		x.page(http.StatusForbidden)
		return
	}
	x.w.Header().Set("Content-Type", "text/html")
	title := "Index of " + html.EscapeString(x.uri)
	fmt.Fprintf(x.w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<h1>%s</h1><hr><pre><a href=\"../\">../</a>\r\n", title, title)
	for _, name := range names {
		fmt.Fprintf(x.w, "<a href=\"%[1]s\">%[1]s</a>\r\n", html.EscapeString(name))
	}
	fmt.Fprint(x.w, "</pre><hr></body>\r\n</html>\r\n")
}

// page answers with the page of a status: one that the configuration names, or nginx's own.
func (x *exchange) page(code int) {
	if uri := x.scope.errorPages[code]; strings.HasPrefix(uri, "/") && x.turns < maxRedirects {
		other := *x
		other.uri, other.w = uri, instead{x.w, code}
		other.r = x.r.Clone(x.r.Context())
		other.r.Method = http.MethodGet
		other.r.Header = http.Header{} // no ranges, no conditions
		other.turns = maxRedirects - 1 // a page that is not there either is nginx's own
		other.answer()
		return
	}
	x.w.Header().Set("Content-Type", "text/html")
	x.w.WriteHeader(code)
	title := fmt.Sprintf("%d %s", code, cmp.Or(map[int]string{
		302: "Found", 405: "Not Allowed", 413: "Request Entity Too Large", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out",
	}[code], http.StatusText(code)))
	fmt.Fprintf(x.w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", title, title)
}

// expand fills variables in.
func (x *exchange) expand(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	return os.Expand(text, func(name string) string {
		host, _, err := net.SplitHostPort(x.r.Host)
		if err != nil {
			host = x.r.Host
		}
		from := client(x.r)
		switch name {
		case "uri", "document_uri":
			return x.uri
		case "request_uri":
			return x.r.RequestURI
		case "args", "query_string":
			return x.r.URL.RawQuery
		case "is_args":
			if x.r.URL.RawQuery != "" {
				return "?"
			}
			return ""
		case "host":
			return strings.ToLower(host)
		case "http_host":
			return x.r.Host
		case "hostname":
			return hostname(x.nginx.p)
		case "server_name":
			return strings.Join(x.v.names[:min(1, len(x.v.names))], "")
		case "server_addr":
			return x.nginx.p.Network.IP()
		case "server_port":
			return x.port
		case "server_protocol":
			return x.r.Proto
		case "remote_addr":
			return from
		case "remote_port":
			return x.r.RemoteAddr[strings.LastIndex(x.r.RemoteAddr, ":")+1:]
		case "request_method":
			return x.r.Method
		case "request":
			return x.r.Method + " " + x.r.RequestURI + " " + x.r.Proto
		case "scheme":
			if x.r.TLS != nil {
				return "https"
			}
			return "http"
		case "document_root":
			return path.Clean(x.scope.root)
		case "time_iso8601":
			return time.Now().UTC().Format("2006-01-02T15:04:05+00:00")
		case "time_local":
			return time.Now().UTC().Format(accessTime)
		case "proxy_add_x_forwarded_for":
			if before := x.r.Header.Get("X-Forwarded-For"); before != "" {
				return before + ", " + from
			}
			return from
		}
		if header, ok := strings.CutPrefix(name, "http_"); ok {
			return x.r.Header.Get(strings.ReplaceAll(header, "_", "-"))
		}
		if argument, ok := strings.CutPrefix(name, "arg_"); ok {
			return x.r.URL.Query().Get(argument)
		}
		return ""
	})
}
