package runtime_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/runtime"
)

const catalogue = `[
	{"image": "app", "names": "(docker\\.io/library/)?app", "tags": "latest|1", "kind": "shell", "size_bytes": 1, "pull_s": 0.01, "command": ["wait"],
	 "env": {"FROM": "image", "BOTH": "image"}, "working_dir": "/work", "user": 65532, "files": {"/etc/motd": "hello\n"}},
	{"image": "quitter", "names": "(docker\\.io/library/)?quitter", "tags": "latest", "kind": "server", "size_bytes": 1, "pull_s": 0.01, "entrypoint": ["wait"], "stop_signal": "SIGQUIT"},
	{"image": "empty", "names": "(docker\\.io/library/)?empty", "tags": "latest", "kind": "shell", "size_bytes": 1, "pull_s": 0.01}
]`

// table is the programs of the images.
var table = map[string]program.Program{
	// wait ends with the number of the first signal.
	"wait": func(ctx context.Context, p *program.Process) int {
		fmt.Fprintln(p.Stdout, "waiting")
		select {
		case got := <-p.Signals:
			return int(got)
		case <-ctx.Done():
			return 1
		}
	},
	// collect notes signals.
	"collect": func(ctx context.Context, p *program.Process) int {
		for {
			select {
			case got := <-p.Signals:
				fmt.Fprintln(p.Stdout, "signal", int(got))
			case <-ctx.Done():
				return 1
			}
		}
	},
	// deaf ignores all but SIGKILL; stubborn that, too.
	"deaf":     func(ctx context.Context, _ *program.Process) int { <-ctx.Done(); return 0 },
	"stubborn": func(context.Context, *program.Process) int { time.Sleep(time.Hour); return 0 },
	"panic":    func(context.Context, *program.Process) int { panic("out of order") },
	"exit": func(_ context.Context, p *program.Process) int {
		fmt.Fprintln(p.Stderr, "leaving")
		code, _ := strconv.Atoi(p.Args[1])
		return code
	},
	"print": func(_ context.Context, p *program.Process) int {
		io.WriteString(p.Stdout, strings.Join(p.Args[1:], " "))
		return 0
	},
	"describe": func(_ context.Context, p *program.Process) int {
		motd, err := p.Files.ReadFile("/etc/motd")
		fmt.Fprintf(p.Stdout, "%s %d %s %q %v %d %s\n", p.Dir, p.PID, p.Host.Name, motd, err, p.Host.UID, strings.Join(p.Env, " "))
		return 0
	},
	"use": func(ctx context.Context, p *program.Process) int {
		mebibytes, _ := strconv.Atoi(p.Args[1])
		p.Memory(int64(mebibytes) << 20)
		<-ctx.Done()
		return 0
	},
	"flood": func(ctx context.Context, p *program.Process) int {
		line := []byte(strings.Repeat("x", 1<<20-1) + "\n")
		mebibytes, _ := strconv.Atoi(p.Args[1])
		for range mebibytes {
			p.Stdout.Write(line)
		}
		<-ctx.Done()
		return 0
	},
	"cat": func(_ context.Context, p *program.Process) int {
		for in := bufio.NewScanner(p.Stdin); in.Scan(); {
			fmt.Fprintln(p.Stdout, "got "+in.Text())
		}
		return 3
	},
	"listen": func(ctx context.Context, p *program.Process) int {
		listener, err := p.Network.Listen("tcp", p.Args[1])
		if err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 1
		}
		context.AfterFunc(ctx, func() { listener.Close() })
		fmt.Fprintln(p.Stdout, "listening")
		for {
			conn, err := listener.Accept()
			if err != nil {
				return 0
			}
			go func() {
				defer conn.Close()
				fmt.Fprint(conn, "hello ")
				io.Copy(conn, conn)
			}()
		}
	},
	"kill": func(_ context.Context, p *program.Process) int {
		pid, _ := strconv.Atoi(p.Args[1])
		if err := p.Kill(pid, syscall.SIGHUP); err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 1
		}
		fmt.Fprintln(p.Log.Stdout, "said in the container's log")
		return 0
	},
	"list": func(_ context.Context, p *program.Process) int {
		for _, one := range p.Processes() {
			fmt.Fprintln(p.Stdout, one.PID, strings.Join(one.Args, " "))
		}
		return 0
	},
}

// nobody is a cluster without Services.
type nobody struct{}

func (nobody) Endpoint(string, int, string) (string, bool) { return "", false }
func (nobody) Addresses(string) ([]string, bool)           { return nil, false }

// node is a runtime as a kubelet drives it.
type node struct {
	*runtime.Runtime
	t      *testing.T
	folder string
	config runtime.Config
}

func start(t *testing.T, folder string) *node {
	t.Helper()
	path := filepath.Join(folder, "images.json")
	if err := os.WriteFile(path, []byte(catalogue), 0o600); err != nil {
		t.Fatal(err)
	}
	known, err := images.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	store, err := images.NewStore(known, filepath.Join(folder, "images"))
	if err != nil {
		t.Fatal(err)
	}
	pods, err := network.NewRange("10.244.1.0/24")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app", "quitter", "empty"} {
		if _, err := store.PullImage(t.Context(), &cri.ImageSpec{Image: name}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	config := runtime.Config{
		Folder: filepath.Join(folder, "runtime"), Network: network.New(nobody{}), Images: store, Pods: pods, Hostname: "node-1", Address: "192.0.2.2",
		DNS: "10.96.0.10", Up: func() bool { return true }, Volumes: filepath.Dir,
		Lookup: func(_ *images.Image, _ *files.Tree, name string) program.Program { return table[name] },
	}
	r, err := runtime.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{Runtime: r, t: t, folder: folder, config: config}
	t.Cleanup(func() {
		sandboxes, _ := r.ListPodSandbox(context.Background(), nil)
		for _, s := range sandboxes {
			r.RemovePodSandbox(context.Background(), s.Id)
		}
	})
	return n
}

func (n *node) pod(name string) (string, *cri.PodSandboxConfig) {
	n.t.Helper()
	config := &cri.PodSandboxConfig{
		Metadata: &cri.PodSandboxMetadata{Name: name, Namespace: "shop", Uid: name + "-uid"}, Hostname: name,
		LogDirectory: filepath.Join(n.folder, "logs", name), Labels: map[string]string{"pod": name},
	}
	id, err := n.RunPodSandbox(n.t.Context(), config, "")
	if err != nil {
		n.t.Fatal(err)
	}
	return id, config
}

// container makes and starts one in a Pod of its own, and gives its ID and that of the Pod.
func (n *node) container(change func(*cri.ContainerConfig), words ...string) (id, pod string) {
	n.t.Helper()
	pod, sandbox := n.pod(fmt.Sprintf("pod-%d", time.Now().UnixNano()))
	id = n.create(pod, sandbox, change, words...)
	if err := n.StartContainer(n.t.Context(), id); err != nil {
		n.t.Fatal(err)
	}
	return id, pod
}

func (n *node) create(pod string, sandbox *cri.PodSandboxConfig, change func(*cri.ContainerConfig), words ...string) string {
	n.t.Helper()
	config := &cri.ContainerConfig{
		Metadata: &cri.ContainerMetadata{Name: "main"}, Image: &cri.ImageSpec{Image: "app", UserSpecifiedImage: "app"},
		Command: words, LogPath: "main/0.log", Linux: &cri.LinuxContainerConfig{},
	}
	if change != nil {
		change(config)
	}
	id, err := n.CreateContainer(n.t.Context(), pod, config, sandbox)
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

func (n *node) status(id string) *cri.ContainerStatus {
	n.t.Helper()
	answer, err := n.ContainerStatus(n.t.Context(), id, false)
	if err != nil {
		n.t.Fatal(err)
	}
	return answer.Status
}

// ended waits for the end of a container.
func (n *node) ended(id string) *cri.ContainerStatus {
	n.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if status := n.status(id); status.State == cri.ContainerState_CONTAINER_EXITED {
			return status
		}
		if time.Now().After(end) {
			n.t.Fatal("the container does not end")
		}
	}
}

// logs waits until the container's log has these words.
func (n *node) logs(id, words string) string {
	n.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(n.status(id).LogPath)
		if err == nil && strings.Contains(string(text), words) {
			return string(text)
		}
		if time.Now().After(end) {
			n.t.Fatalf("%q is not in the log: %s %v", words, text, err)
		}
	}
}
