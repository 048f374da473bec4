package programs

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/programs/programtest"
)

// start runs a command line as a container of the image does; without words, what the image says.
func start(t *testing.T, cluster *network.Network, ip string, image *images.Image, s programtest.Settings, words ...string) *programtest.Run {
	t.Helper()
	if len(words) == 0 {
		words = append(slices.Clone(image.Entrypoint), image.Command...)
	}
	if s.Tree == nil {
		s.Tree = programtest.Tree(t, image, s)
	}
	for name, value := range image.Env {
		s.Env = append(s.Env, name+"="+value)
	}
	s.Args, s.Dir = words, image.WorkingDir
	s.Lookup = func(name string) program.Program { return Lookup(image, s.Tree, name) }
	found := s.Lookup(words[0])
	if found == nil {
		t.Fatalf("%s: there is no %q", image.Repository, words[0])
	}
	return programtest.Start(t, cluster, ip, image, found, s)
}

// TestEveryImageStarts: what each image of the catalogue says it runs is there, and serves where it says.
func TestEveryImageStarts(t *testing.T) {
	env := []string{"POSTGRES_PASSWORD=x", "MYSQL_ROOT_PASSWORD=x", "ECHO_TEXT=x"}
	for name, image := range programtest.Catalogue(t) {
		if image.Kind == "server" && len(image.Entrypoint) == 0 && len(image.Command) == 0 {
			image.Entrypoint = []string{image.Program} // as images.py completes it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := network.New(programtest.Names{"hello": "10.0.0.3"})
			s := programtest.Settings{Env: env, UID: image.UID}
			if image.Kind == "shell" {
				start(t, cluster, "10.0.0.1", image, s).Input.Close()
				return
			}
			run := start(t, cluster, "10.0.0.1", image, s)
			if image.Port == 0 {
				return
			}
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				conn, err := run.Host.DialContext(t.Context(), "tcp", fmt.Sprintf("localhost:%d", image.Port))
				if err == nil {
					conn.Close()
					break
				}
				if image.Command != nil && strings.HasSuffix(strings.Join(image.Command, " "), "pause") {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("%v:\n%s", err, run.Output())
				}
			}
			if signal := map[string]syscall.Signal{"": syscall.SIGTERM, "SIGQUIT": syscall.SIGQUIT, "SIGINT": syscall.SIGINT, "SIGWINCH": syscall.SIGWINCH}[image.StopSignal]; path.Base(image.Program) != "node" {
				run.Signal(signal)
				run.Code()
			}
		})
	}
}

// TestEveryProgramIsThere: at least as one that says that the embedded engine does not have it.
func TestEveryProgramIsThere(t *testing.T) {
	for name, image := range programtest.Catalogue(t) {
		tree := programtest.Tree(t, image, programtest.Settings{})
		for _, word := range image.Programs {
			for _, spelling := range []string{word, "/usr/bin/" + word} {
				if Lookup(image, tree, spelling) == nil {
					t.Errorf("%s: %s", name, spelling)
				}
			}
		}
		for _, word := range []string{"", "nonsense", "/nonsense/sh", "./sh"} {
			if Lookup(image, tree, word) != nil {
				t.Errorf("%s: %q", name, word)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	all := programtest.Catalogue(t)
	scripts := map[string]string{
		"/usr/local/bin/tool": "#!/bin/sh\necho tool \"$@\"\n", "/opt/plain": "#!/usr/bin/env sh\necho plain\n", "/opt/text": "no script\n",
		"/opt/lost": "#!/opt/interpreter\n", "/opt/machine": "#!\x00\x7fELF",
	}
	for _, try := range []struct {
		image string
		words []string
		says  string
		code  int
	}{
		{"busybox", []string{"tool", "a", "b c"}, "tool a b c\n", 0},
		{"busybox", []string{"/opt/plain"}, "plain\n", 0},
		{"busybox", []string{"/opt/text"}, "/opt/text: Permission denied\n", 126},
		{"busybox", []string{"/opt/machine"}, "runs scripts, not machine code", 126},
		{"busybox", []string{"echo", "hello"}, "hello\n", 0},
		{"python", []string{"python3", "-c", "1"}, "python3: the embedded engine does not have this program; use the engine kind for it\n", 127},
		{"postgres", []string{"psql"}, "does not have this program", 127},
		{"perl", []string{"perl", "-Mbignum=bpi", "-wle", "print bpi(3)"}, "3.14\n", 0},
		{"nginx", []string{"/docker-entrypoint.sh", "nonsense"}, "/docker-entrypoint.sh: exec: nonsense: not found\n", 127},
		{"nginx", []string{"/docker-entrypoint.sh", "sh", "-c", "echo $0"}, "sh\n", 0},
		{"nginx", []string{"/docker-entrypoint.sh", "nginx", "-t"}, "ready for start up\nnginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n", 0},
		{"redis", []string{"docker-entrypoint.sh", "--port", "x"}, "FATAL CONFIG FILE ERROR", 1},
		{"redis", []string{"docker-entrypoint.sh", "/none.conf"}, "can't open config file '/none.conf'", 1},
		{"curlimages/curl", []string{"/entrypoint.sh", "http://nobody/"}, "Could not resolve host: nobody", 6},
		{"curlimages/curl", []string{"/entrypoint.sh", "-sS", "http://10.0.0.1:9/"}, "Failed to connect to 10.0.0.1 port 9", 7},
		{"node", []string{"docker-entrypoint.sh", "app.js"}, "node: the embedded engine does not have this program", 127},
		{"httpd", []string{"httpd", "-t"}, "Syntax OK", 0},
	} {
		t.Run(strings.Join(try.words, " "), func(t *testing.T) {
			run := start(t, network.New(programtest.Names{}), "10.0.0.1", all[try.image], programtest.Settings{Files: scripts}, try.words...)
			run.Input.Close()
			if code := run.Code(); code != try.code || !strings.Contains(run.Output(), try.says) {
				t.Errorf("%d:\n%s", code, run.Output())
			}
		})
	}
	tree := programtest.Tree(t, all["busybox"], programtest.Settings{Files: scripts})
	if Lookup(all["busybox"], tree, "/opt/lost") != nil {
		t.Error("a script whose interpreter is not there is not there either")
	}
}

// TestFrontendAndBackend is https://kubernetes.io/docs/tasks/access-application-cluster/connecting-frontend-backend/.
func TestFrontendAndBackend(t *testing.T) {
	cluster := network.New(programtest.Names{"hello": "10.0.0.2"})
	all := programtest.Catalogue(t)
	backend := all["gcr.io/google-samples/hello-go-gke"]
	start(t, cluster, "10.0.0.2", backend, programtest.Settings{}, backend.Program)
	frontend := start(t, cluster, "10.0.0.1", all["gcr.io/google-samples/hello-frontend"], programtest.Settings{})
	if _, body, _ := programtest.Get(t, programtest.Client(cluster, "10.0.0.9"), "http://10.0.0.1/"); body != `{"message":"Hello"}` {
		t.Error(body)
	}
	hook := start(t, cluster, "", all["nginx"], programtest.Settings{Tree: frontend.Files, Host: frontend.Host, PID: 2, Kill: func(_ int, which syscall.Signal) error {
		frontend.Signal(which)
		return nil
	}}, "/usr/sbin/nginx", "-s", "quit")
	if hook.Code() != 0 || frontend.Code() != 0 {
		t.Error(hook.Output(), frontend.Output())
	}
}
