package servers

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/programs/programtest"
)

var foreground = []string{"nginx", "-g", "daemon off;"}

func startNginx(t *testing.T, cluster *network.Network, ip string, s programtest.Settings) *programtest.Run {
	t.Helper()
	image := programtest.Catalogue(t)["nginx"]
	if s.Args == nil {
		s.Args = foreground
	}
	return programtest.Start(t, cluster, ip, image, Of(image), s)
}

func TestNginxAsItComes(t *testing.T) {
	cluster := network.New(programtest.Names{})
	n := startNginx(t, cluster, "10.0.0.1", programtest.Settings{Files: map[string]string{
		"/usr/share/nginx/html/style.css": "a {}", "/usr/share/nginx/html/data": "?", "/usr/share/nginx/html/empty/.keep": "",
	}})
	client := programtest.Client(cluster, "10.0.0.9")
	for path, want := range map[string]struct {
		status     int
		body, kind string
	}{
		"/":                 {200, "<title>Welcome to nginx!</title>", "text/html"},
		"/index.html":       {200, "<title>Welcome to nginx!</title>", "text/html"},
		"/style.css":        {200, "a {}", "text/css"},
		"/data":             {200, "?", "application/octet-stream"},
		"/nowhere":          {404, "<center><h1>404 Not Found</h1></center>", "text/html"},
		"/empty/":           {403, "403 Forbidden", "text/html"},
		"/empty":            {301, "301 Moved Permanently", "text/html"},
		"/../../etc/passwd": {404, "404 Not Found", "text/html"},
	} {
		status, body, header := programtest.Get(t, client, "http://10.0.0.1"+path)
		if status != want.status || !strings.Contains(body, want.body) || header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %s %q", path, status, header.Get("Content-Type"), body)
		}
	}
	n.Until(`"GET /style.css HTTP/1.1" 200 4 "-" "Go-http-client/1.1" "-"`)
	n.Until(`open() "/usr/share/nginx/html/nowhere" failed (2: No such file or directory), client: 10.0.0.9, server: localhost, request: "GET /nowhere HTTP/1.1", host: "10.0.0.1"`)
	n.Until(`directory index of "/usr/share/nginx/html/empty/" is forbidden`)
	answer, err := client.Post("http://10.0.0.1/", "text/plain", strings.NewReader(""))
	if err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
		t.Error(answer, err)
	}
	if strings.Contains(n.Output(), "passes over") {
		t.Error("a warning about the image's own configuration:\n", n.Output())
	}
	n.Signal(syscall.SIGQUIT)
	if code := n.Code(); code != 0 {
		t.Error(code)
	}
}

func TestNginxConfigured(t *testing.T) {
	cluster := network.New(programtest.Names{"hello": "10.0.0.2", "gone": "10.0.0.1"})
	backend := startNginx(t, cluster, "10.0.0.2", programtest.Settings{Files: map[string]string{
		"/etc/nginx/conf.d/default.conf": `server { listen 81; location / { default_type text/plain; return 200 "$request_uri by $http_x_by for $http_host\n"; } }`,
	}})
	n := startNginx(t, cluster, "10.0.0.1", programtest.Settings{Files: map[string]string{
		"/etc/nginx/conf.d/default.conf": `
			upstream Backend { server hello:81; }
			server {
				listen 80;
				listen [::]:80;
				server_name example.com *.example.org;
				root /srv;
				limit_req zone=one; # a comment; { with signs }
				error_page 404 /missing.html;
				add_header X-Pod "$hostname" always;
				location = /exact { return 200 'exact'; }
				location /gone { return 410; }
				location /old { return 301 /new; }
				location ~ \.txt$ { default_type text/plain; return 200 "text of ${uri}\n"; }
				location /img/ { alias /pictures/; autoindex on; }
				location /app/ { try_files $uri $uri/ /app/index.html; }
				location /no/ { try_files $uri =404; }
				location /api/ { proxy_pass http://Backend/v1/; proxy_set_header Host $host; proxy_set_header X-By nginx; }
				location /dead/ { proxy_pass http://gone:9; }
			}
			server { listen 80; server_name other; return 200 other; }`,
		"/srv/missing.html": "nothing here", "/pictures/a.png": "png", "/srv/app/index.html": "the app", "/srv/app/real.html": "real",
	}})
	backend.Until("start worker")
	n.Until(`[warn] 1#1: the embedded engine passes over "limit_req" in /etc/nginx/conf.d/default.conf:8`)
	client := programtest.Client(cluster, "10.0.0.9")
	for path, want := range map[string]string{
		"example.com/exact":         "200 exact",
		"example.com/exact/more":    "404 nothing here",
		"example.com/gone/x":        "410 ",
		"example.com/old":           "301 ",
		"www.example.org/a/b.txt":   "200 text of /a/b.txt\n",
		"example.com/img/a.png":     "200 png",
		"example.com/img/":          "200 ",
		"example.com/app/any/path":  "200 the app",
		"example.com/app/real.html": "200 real",
		"example.com/no/x":          "404 nothing here",
		"example.com/api/x?y=1":     "200 /v1/x?y=1 by nginx for example.com\n",
		"example.com/dead/":         "502 ",
		"other/":                    "200 other",
		"unknown/exact":             "200 exact", // the first is the default
	} {
		host, uri, _ := strings.Cut(path, "/")
		request, _ := http.NewRequest("GET", "http://10.0.0.1/"+uri, nil)
		request.Host = host
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body := new(strings.Builder)
		fmt.Fprintf(body, "%d ", answer.StatusCode)
		buffer := make([]byte, 4096)
		for n, err := answer.Body.Read(buffer); n > 0 || err == nil; n, err = answer.Body.Read(buffer) {
			body.Write(buffer[:n])
		}
		if got := body.String(); got != want && !(strings.HasSuffix(want, " ") && strings.HasPrefix(got, want)) {
			t.Errorf("%s: %q, not %q", path, got, want)
		}
		if host == "example.com" && answer.Header.Get("X-Pod") != "pod-10.0.0.1" {
			t.Errorf("%s: %v", path, answer.Header)
		}
	}
	n.Until(`connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, server: example.com, request: "GET /dead/ HTTP/1.1", upstream: "http://10.0.0.1:9/dead/"`)
}

func TestNginxDoesNotStart(t *testing.T) {
	cluster := network.New(programtest.Names{})
	image := programtest.Catalogue(t)["nginx"]
	for name, try := range map[string]struct {
		conf, says string
		s          programtest.Settings
	}{
		"unclosed":  {conf: "server {\n listen 80;\n", says: `nginx: [emerg] unexpected end of file, expecting "}" in /etc/nginx/conf.d/default.conf:3`},
		"closed":    {conf: "}", says: `unexpected "}" in /etc/nginx/conf.d/default.conf:1`},
		"semicolon": {conf: "server { listen 80 }", says: `unexpected "}" in /etc/nginx/conf.d/default.conf:1`},
		"port":      {conf: "server { listen eighty:x; }", says: `invalid port in "eighty:x" of the "listen" directive in /etc/nginx/conf.d/default.conf:1`},
		"upstream":  {conf: "server { location / { proxy_pass http://nobody; } }", says: `host not found in upstream "nobody"`},
		"arguments": {conf: "server { root; }", says: `invalid number of arguments in "root" directive in /etc/nginx/conf.d/default.conf:1`},
		"secure":    {conf: "server { listen 443 ssl; ssl_certificate /none; }", says: `cannot load certificate "/none"`},
		"option":    {s: programtest.Settings{Args: []string{"nginx", "-x"}}, says: `nginx: invalid option: "-x"`},
		"read-only": {s: programtest.Settings{ReadOnly: true}, says: `mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)`},
		"user":      {s: programtest.Settings{UID: 1000}, says: `mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)`},
	} {
		t.Run(name, func(t *testing.T) {
			if try.conf != "" {
				try.s.Files = map[string]string{"/etc/nginx/conf.d/default.conf": try.conf}
			}
			n := startNginx(t, cluster, "10.1.0.1", try.s)
			if code := n.Code(); code != 1 || !strings.Contains(n.Output(), try.says) {
				t.Errorf("%d:\n%s", code, n.Output())
			}
			if try.conf != "" {
				try.s.Args = []string{"nginx", "-t"}
				tested := programtest.Start(t, cluster, "10.1.0.1", image, Of(image), try.s)
				if code := tested.Code(); code != 1 || !strings.Contains(tested.Output(), "test failed") {
					t.Errorf("%d:\n%s", code, tested.Output())
				}
			}
		})
	}
}

func TestNginxPortTaken(t *testing.T) {
	cluster := network.New(programtest.Names{})
	first := startNginx(t, cluster, "10.0.0.1", programtest.Settings{})
	first.Until("start worker")
	second := startNginx(t, cluster, "", programtest.Settings{Host: first.Host})
	if code := second.Code(); code != 1 {
		t.Error(code)
	}
	for _, words := range []string{"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n", "nginx: [emerg] still could not bind()\n"} {
		if !strings.Contains(second.Output(), words) {
			t.Error(second.Output())
		}
	}
}

func TestNginxIsTold(t *testing.T) {
	cluster := network.New(programtest.Names{})
	n := startNginx(t, cluster, "10.0.0.1", programtest.Settings{})
	n.Until("start worker")
	client := programtest.Client(cluster, "10.0.0.9")
	write := func(text string) {
		if err := n.Files.WriteFile("/etc/nginx/conf.d/default.conf", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(what string) (int, string) {
		image := programtest.Catalogue(t)["nginx"]
		other := programtest.Start(t, cluster, "", image, Of(image), programtest.Settings{Args: []string{"nginx", "-s", what}, Host: n.Host, Tree: n.Files, PID: 2, Kill: func(pid int, which syscall.Signal) error {
			if pid != 1 {
				return syscall.ESRCH
			}
			n.Signal(which)
			return nil
		}})
		return other.Code(), other.Output()
	}
	write("server { listen 80; return 200 two; } server { listen 8000; return 200 more; }")
	if code, said := tell("reload"); code != 0 {
		t.Error(code, said)
	}
	n.Until("1#1: reconfiguring")
	for _, address := range []string{"10.0.0.1", "10.0.0.1:8000"} {
		if status, body, _ := programtest.Get(t, client, "http://"+address); status != 200 || body != "two" && body != "more" {
			t.Error(address, status, body)
		}
	}
	write("server {")
	n.Signal(syscall.SIGHUP)
	n.Until(`[emerg] 1#1: unexpected end of file`)
	if _, body, _ := programtest.Get(t, client, "http://10.0.0.1"); body != "two" {
		t.Error("the old configuration is lost:", body)
	}
	write("server { listen 80; }")
	if code, said := tell("quit"); code != 0 {
		t.Error(code, said)
	}
	if code := n.Code(); code != 0 {
		t.Error(code)
	}
	if code, said := tell("stop"); code != 1 || !strings.Contains(said, `open() "/run/nginx.pid" failed (2: No such file or directory)`) {
		t.Error(code, said)
	}
}

func TestNginxTemplates(t *testing.T) {
	cluster := network.New(programtest.Names{})
	n := startNginx(t, cluster, "10.0.0.1", programtest.Settings{
		Env:   []string{"PORT=8123"},
		Files: map[string]string{"/etc/nginx/templates/default.conf.template": "server { listen ${PORT}; return 200 '$uri $PORT'; }"},
		Args:  []string{"nginx", "-t"},
	})
	if code := n.Code(); code != 0 {
		t.Fatal(n.Output())
	}
	Prepare(programtest.Catalogue(t)["nginx"], n.Process)
	second := startNginx(t, cluster, "", programtest.Settings{Tree: n.Files, Host: n.Host})
	second.Until("start worker")
	if _, body, _ := programtest.Get(t, programtest.Client(cluster, "10.0.0.9"), "http://10.0.0.1:8123/x"); body != "/x 8123" {
		t.Error(body)
	}
	second.Kill()
	second.Code()
}

func TestNginxInTheBackground(t *testing.T) {
	cluster := network.New(programtest.Names{})
	if n := startNginx(t, cluster, "10.0.0.1", programtest.Settings{Args: []string{"nginx"}}); n.Code() != 0 {
		t.Error("the first process leaves a daemon behind and ends with 0:", n.Output())
	}
	n := startNginx(t, cluster, "10.0.0.2", programtest.Settings{Args: []string{"nginx"}, PID: 7})
	if n.Code() != 1 || !strings.Contains(n.Output(), "cannot leave nginx in the background") {
		t.Error(n.Output())
	}
	if n := startNginx(t, cluster, "10.0.0.3", programtest.Settings{}); !n.Runs(50 * time.Millisecond) {
		t.Error(n.Output())
	}
}
