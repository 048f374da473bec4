package servers

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/programs/programtest"
)

func TestTheSchemaNamesEveryServer(t *testing.T) {
	text, err := os.ReadFile("../../../images.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties struct {
			Serves struct{ Enum []string }
		}
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if known := slices.Sorted(maps.Keys(all)); !slices.Equal(known, schema.Properties.Serves.Enum) {
		t.Errorf("%v\nis not what images.schema.json has:\n%v", known, schema.Properties.Serves.Enum)
	}
}

const (
	bootcampImage = "gcr.io/google-samples/kubernetes-bootcamp"
	agnhostImage  = "registry.k8s.io/e2e-test-images/agnhost"
	helloImage    = "gcr.io/google-samples/hello-app"
	ignores       = -1 // SIGTERM
)

func TestAnswers(t *testing.T) {
	for _, try := range []struct {
		image, args string
		s           programtest.Settings
		url         string
		status      int
		body        string // the beginning
		logs        string
		code        int // after SIGTERM
	}{
		{image: "traefik/whoami", args: "/whoami", url: "/x?y=1", status: 200, body: "Hostname: pod-IP\nIP: 127.0.0.1\nIP: IP\nRemoteAddr: 10.9.9.9:", logs: "Starting up on port 80", code: 2},
		{image: "traefik/whoami", args: "/whoami --port 8000 --name a", url: ":8000/", status: 200, body: "Name: a\nHostname: pod-IP\n", code: 2},
		{image: "traefik/whoami", args: "/whoami", s: programtest.Settings{Env: []string{"WHOAMI_PORT_NUMBER=81"}}, url: ":81/health", status: 200, code: 2},
		{image: "hashicorp/http-echo", args: "/http-echo -text=hello", url: ":5678/", status: 200, body: "hello\n", logs: "[INFO] server is listening on :5678", code: 0},
		{image: "hashicorp/http-echo", args: "/http-echo -text a -listen=:80 -status-code 404", url: "/", status: 404, body: "a\n", code: 0},
		{image: helloImage, args: "/hello-app", url: ":8080/", status: 200, body: "Hello, world!\nVersion: 1.0.0\nHostname: pod-IP\n", logs: "Serving request: /", code: 2},
		{image: helloImage, args: "/hello-app", s: programtest.Settings{Env: []string{"PORT=80"}, PID: 2}, url: "/", status: 200, body: "Hello", code: 143},
		{image: "gcr.io/google-samples/hello-go-gke", args: "/hello-go-gke", url: "/", status: 200, body: `{"message":"Hello"}`, code: 2},
		{image: "gcr.io/google-samples/node-hello", args: "node server.js", url: ":8080/a", status: 200, body: "Hello Kubernetes!", logs: "Received request for URL: /a", code: ignores},
		{image: bootcampImage, args: "node server.js", url: ":8080/", status: 200, body: "Hello Kubernetes bootcamp! | Running on: pod-IP | v=1\n", logs: "| Total Requests: 1 |", code: ignores},
		{image: bootcampImage, args: "node server.js", s: programtest.Settings{PID: 2}, url: ":8080/", status: 200, body: "Hello", code: 143},
		{image: "registry.k8s.io/hpa-example", args: "apache2-foreground", url: "/", status: 200, body: "OK!", logs: `"GET / HTTP/1.1" 200 3`, code: 0},
		{image: "httpd", args: "httpd -DFOREGROUND", url: "/", status: 200, body: "<html><body><h1>It works!</h1>", logs: "AH00094: Command line: 'httpd -DFOREGROUND'", code: 0},
		{image: "httpd", args: "httpd -DFOREGROUND", url: "/none", status: 404, body: "<!DOCTYPE HTML", logs: `10.9.9.9 - - [`, code: 0},
		{image: "httpd", args: "httpd -DFOREGROUND", s: programtest.Settings{Files: map[string]string{"/usr/local/apache2/htdocs/sub/page.txt": "x"}}, url: "/sub/", status: 200, body: "<!DOCTYPE", code: 0},
		{image: "registry.k8s.io/goproxy", args: "/goproxy", url: ":8080/", status: 500, body: "This is a proxy server.", code: 2},
		{image: agnhostImage, args: "/agnhost netexec", url: ":8080/hostname", status: 200, body: "pod-IP", logs: "Started HTTP server on port 8080", code: 2},
		{image: agnhostImage, args: "/agnhost netexec --http-port=80", url: "/echo?msg=a%20b&code=418", status: 418, body: "a b", logs: "GET /echo?msg=a%20b&code=418", code: 2},
		{image: agnhostImage, args: "/agnhost netexec --http-port 80 --delay-shutdown=1", url: "/clientip", status: 200, body: "10.9.9.9:", code: 0},
		{image: agnhostImage, args: "/agnhost netexec", url: ":8080/header?key=User-Agent", status: 200, body: "Go-http-client", code: 2},
		{image: agnhostImage, args: "/agnhost netexec", url: ":8080/healthz", status: 200, code: 2},
		{image: agnhostImage, args: "/agnhost netexec", url: ":8080/", status: 200, body: "NOW: ", code: 2},
		{image: agnhostImage, args: "/agnhost netexec", url: ":8080/dial", status: 501, body: "the embedded engine does not have /dial", code: 2},
		{image: agnhostImage, args: "/agnhost liveness", url: ":8080/healthz", status: 200, body: "ok", code: 2},
		{image: agnhostImage, args: "/agnhost serve-hostname", url: ":9376/", status: 200, body: "pod-IP", code: 2},
		{image: agnhostImage, args: "/agnhost test-webserver", url: "/etc/alpine-release", status: 200, body: "3.22.2\n", code: 2},
		{image: agnhostImage, args: "/agnhost grpc-health-checking", url: ":8080/make-not-serving", status: 200, logs: "Mark as NOT_SERVING", code: 2},
	} {
		t.Run(try.args+" "+try.url, func(t *testing.T) {
			t.Parallel()
			cluster := network.New(programtest.Names{})
			image := programtest.Catalogue(t)[try.image]
			try.s.Args = strings.Fields(try.args)
			run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), try.s)
			status, body, _ := programtest.Get(t, programtest.Client(cluster, "10.9.9.9"), "http://10.0.0.1"+try.url)
			if want := strings.ReplaceAll(try.body, "IP: IP", "IP: 10.0.0.1"); status != try.status || !strings.HasPrefix(body, strings.ReplaceAll(want, "pod-IP", "pod-10.0.0.1")) {
				t.Errorf("%d %q", status, body)
			}
			run.Until(try.logs)
			run.Signal(syscall.SIGTERM)
			if try.code == ignores {
				if !run.Runs(100 * time.Millisecond) {
					t.Error("the first process of a container has no default handlers")
				}
				return
			}
			if code := run.Code(); code != try.code {
				t.Errorf("exit code %d:\n%s", code, run.Output())
			}
			port := ":80"
			if strings.HasPrefix(try.url, ":") {
				port = try.url[:strings.Index(try.url, "/")]
			}
			if _, err := run.Host.Listen("tcp", port); err != nil {
				t.Error("it has left its port open:", err)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	cluster := network.New(programtest.Names{"open": "10.0.0.1"})
	open := programtest.Catalogue(t)["traefik/whoami"]
	programtest.Start(t, cluster, "10.0.0.1", open, Of(open), programtest.Settings{Args: []string{"/whoami"}}).Until("Starting")
	for _, try := range []struct {
		image, args string
		s           programtest.Settings
		signal      syscall.Signal
		says        string
		code        int
	}{
		{image: "hello-world", args: "/hello", says: "Hello from Docker!"},
		{image: "registry.k8s.io/pause", args: "/pause", signal: syscall.SIGTERM, says: "Shutting down, got signal: Terminated\n"},
		{image: "registry.k8s.io/pause", args: "/pause", signal: syscall.SIGINT, says: "Interrupt"},
		{image: agnhostImage, args: "/agnhost pause", signal: syscall.SIGTERM, says: "Paused"},
		{image: agnhostImage, args: "/agnhost connect 10.0.0.1:80"},
		{image: agnhostImage, args: "/agnhost connect open:80 --timeout=1s"},
		{image: agnhostImage, args: "/agnhost connect --timeout=1s 10.0.0.1:9", says: "REFUSED\n", code: 1},
		{image: agnhostImage, args: "/agnhost connect 10.0.0.77:9 --timeout=50ms", says: "TIMEOUT\n", code: 1},
		{image: agnhostImage, args: "/agnhost connect nobody:9", says: "DNS: ", code: 1},
		{image: agnhostImage, args: "/agnhost connect 10.0.0.1:9 --protocol=udp", says: "OTHER: the embedded engine has no udp", code: 1},
		{image: agnhostImage, args: "/agnhost guestbook", says: `the embedded engine does not have "guestbook"; use the engine kind`, code: 1},
		{image: agnhostImage, args: "/agnhost pawse", says: `Error: unknown command "pawse" for "app"`, code: 1},
		{image: agnhostImage, args: "/agnhost netexec --what", says: "flag provided but not defined: -what", code: 1},
		{image: agnhostImage, args: "/agnhost serve-hostname --udp", says: "has no UDP", code: 1},
		{image: "hashicorp/http-echo", args: "/http-echo", says: "Missing -text option!", code: 127},
		{image: "hashicorp/http-echo", args: "/http-echo -text a b", says: "Too many arguments!", code: 127},
		{image: bootcampImage, args: "node other.js", says: "has nothing of Node.js but this image's server.js", code: 1},
		{image: "httpd", args: "httpd -t", says: "Syntax OK"},
		{image: "httpd", args: "httpd -DFOREGROUND", s: programtest.Settings{Files: map[string]string{"/usr/local/apache2/conf/httpd.conf": "Listen x"}}, says: "AH00526: Syntax error on line 1", code: 1},
		{image: "httpd", args: "httpd -DFOREGROUND", signal: syscall.SIGWINCH, says: "AH00492: caught SIGWINCH, shutting down gracefully"},
		{image: "httpd", args: "httpd", s: programtest.Settings{PID: 3}, says: "cannot leave it in the background", code: 1},
		{image: "registry.k8s.io/etcd", args: "etcd --listen-client-urls https://0.0.0.0:2379", says: "serves one http:// URL", code: 1},
	} {
		t.Run(try.args, func(t *testing.T) {
			image := programtest.Catalogue(t)[try.image]
			try.s.Args = strings.Fields(try.args)
			run := programtest.Start(t, cluster, "10.0.0.2", image, Of(image), try.s)
			if try.signal != 0 {
				time.Sleep(20 * time.Millisecond)
				run.Signal(try.signal)
			}
			if code := run.Code(); code != try.code || !strings.Contains(run.Output(), try.says) {
				t.Errorf("%d:\n%s", code, run.Output())
			}
		})
	}
}

func TestPortsTaken(t *testing.T) {
	for _, try := range []struct{ image, args, says string }{
		{"traefik/whoami", "/whoami --port 80", "address already in use"},
		{"hashicorp/http-echo", "/http-echo -text a -listen :80", "[ERR] http-echo: listen tcp :80: bind: address already in use"},
		{helloImage, "/hello-app", "bind: address already in use"},
		{agnhostImage, "/agnhost netexec --http-port 80", "listen tcp :80: bind: address already in use"},
		{"httpd", "httpd -DFOREGROUND", "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80"},
		{"redis", "redis-server --port 80", "Could not create server TCP listening socket *:80: bind: Address already in use"},
		{"mongo", "mongod", "could not bind to port 27017: Address already in use"},
	} {
		t.Run(try.args, func(t *testing.T) {
			t.Parallel()
			cluster := network.New(programtest.Names{})
			image := programtest.Catalogue(t)[try.image]
			host := cluster.Join("10.0.0.1", network.Names{}, func() bool { return true })
			for _, port := range []string{":80", ":27017"} {
				if _, err := host.Listen("tcp", port); err != nil {
					t.Fatal(err)
				}
			}
			run := programtest.Start(t, cluster, "", image, Of(image), programtest.Settings{Args: strings.Fields(try.args), Env: []string{"PORT=80"}, Host: host})
			if code := run.Code(); code != 1 || !strings.Contains(run.Output(), try.says) {
				t.Errorf("%d:\n%s", code, run.Output())
			}
		})
	}
}

func TestNetexecLeaves(t *testing.T) {
	for query, want := range map[string]int{"/exit?code=3": 3, "/exit": 0, "/shutdown": 0} {
		cluster := network.New(programtest.Names{})
		image := programtest.Catalogue(t)[agnhostImage]
		run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), programtest.Settings{Args: []string{"/agnhost", "netexec"}})
		programtest.Get(t, programtest.Client(cluster, "10.9.9.9"), "http://10.0.0.1:8080/exit?code=300")
		programtest.Client(cluster, "10.9.9.9").Get("http://10.0.0.1:8080" + query)
		if code := run.Code(); code != want {
			t.Error(query, code, run.Output())
		}
	}
}

func TestWhatTheDocumentSays(t *testing.T) {
	cluster := network.New(programtest.Names{})
	image := programtest.Catalogue(t)["busybox"]
	image.Document = json.RawMessage(`{"port": 8080, "routes": ["/"], "stop_exit_code": 7, "stops_after_s": 0}`)
	run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), programtest.Settings{Args: []string{"/app"}})
	if status, _, _ := programtest.Get(t, programtest.Client(cluster, "10.9.9.9"), "http://10.0.0.1:8080/"); status != 200 {
		t.Error(status)
	}
	run.Signal(syscall.SIGHUP) // nobody listens to it
	run.Signal(syscall.SIGTERM)
	if code := run.Code(); code != 7 {
		t.Error(code)
	}
}
