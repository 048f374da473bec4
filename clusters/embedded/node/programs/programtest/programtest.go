// Package programtest runs programs of the catalogue in tests: on a file tree and a network of their own.
package programtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
)

// patience is how long a test waits for what has to happen.
const patience = 10 * time.Second

// Names resolves names in a test; it knows no Services.
type Names map[string]string

// Endpoint is network.Services'.
func (Names) Endpoint(string, int, string) (string, bool) { return "", false }

// Addresses is network.Services'.
func (n Names) Addresses(name string) ([]string, bool) {
	address, found := n[strings.TrimSuffix(name, ".")]
	if !found {
		return nil, false
	}
	return []string{address}, true
}

// Catalogue gives the entries of images.yaml, each in its first version, by repository.
func Catalogue(t *testing.T) map[string]*images.Image {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "..", "images.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Images []json.RawMessage `json:"images"`
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	found := map[string]*images.Image{}
	for _, entry := range document.Images {
		image := &images.Image{Document: entry}
		if err := json.Unmarshal(entry, image); err != nil {
			t.Fatal(err)
		}
		found[image.Repository] = image
	}
	return found
}

// Run is a program that runs.
type Run struct {
	*program.Process
	Host    *network.Host
	Input   *io.PipeWriter // to its standard input
	t       *testing.T
	out     *output
	signals chan syscall.Signal
	end     context.CancelFunc
	code    chan int
}

// Settings is what of a process is not as usual. Its Args are those of the process; Args[0] is the program.
type Settings struct {
	Env, Args []string
	PID       int // 1 unless it is said
	UID       int64
	Dir       string
	TTY       bool
	ReadOnly  bool
	Files     map[string]string // besides the image's
	Mounts    []files.Mount
	Lookup    func(name string) program.Program
	Kill      func(pid int, which syscall.Signal) error
	Tree      *files.Tree // of another process of the container
	Host      *network.Host
}

// Start runs a program in a Pod of its own, or with Host and Tree in another one's. It is killed when the test is over.
func Start(t *testing.T, cluster *network.Network, ip string, image *images.Image, run program.Program, s Settings) *Run {
	t.Helper()
	tree, host := s.Tree, s.Host
	if tree == nil {
		tree = Tree(t, image, s)
	}
	if host == nil {
		host = cluster.Join(ip, network.Names{Cluster: true}, func() bool { return true })
	}
	input, writer := io.Pipe()
	r := &Run{Host: host, Input: writer, t: t, out: &output{}, signals: make(chan syscall.Signal, 4), code: make(chan int, 1)}
	r.Process = &program.Process{
		Args: s.Args, Env: append(s.Env, "HOSTNAME=pod-"+ip), Dir: s.Dir, PID: max(s.PID, 1), Stdin: input, Stdout: r.out, Stderr: r.out, TTY: s.TTY,
		Files: tree, Network: host, Host: program.Host{Name: "pod-" + ip, UID: s.UID, ReadOnly: s.ReadOnly}, Signals: r.signals, Lookup: s.Lookup, Kill: s.Kill,
		Processes: func() []program.Running { return []program.Running{{PID: 1, Args: s.Args}} }, Memory: func(int64) {},
	}
	if r.Process.Dir == "" {
		r.Process.Dir = "/"
	}
	if r.Process.Lookup == nil {
		r.Process.Lookup = func(string) program.Program { return nil }
	}
	var ctx context.Context
	ctx, r.end = context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.code <- run(ctx, r.Process)
	}()
	t.Cleanup(func() {
		r.end()
		writer.Close()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Errorf("%v goes on when it is killed", s.Args)
		}
	})
	return r
}

// Tree gives the files of a container.
func Tree(t *testing.T, image *images.Image, s Settings) *files.Tree {
	t.Helper()
	own := *image
	own.Files = maps.Clone(image.Files)
	if own.Files == nil {
		own.Files = map[string]string{}
	}
	maps.Copy(own.Files, s.Files)
	tree, err := files.New(t.TempDir(), own.Layer(), s.Mounts, s.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// Signal sends a signal.
func (r *Run) Signal(which syscall.Signal) { r.signals <- which }

// Kill ends it as SIGKILL does.
func (r *Run) Kill() { r.end() }

// Code waits for its end.
func (r *Run) Code() int {
	r.t.Helper()
	select {
	case code := <-r.code:
		return code
	case <-time.After(patience):
		r.t.Fatalf("%v does not end; it has written:\n%s", r.Args, r.Output())
		return -1
	}
}

// Runs says that it has not ended within a while.
func (r *Run) Runs(while time.Duration) bool {
	select {
	case code := <-r.code:
		r.code <- code
		return false
	case <-time.After(while):
		return true
	}
}

// Output is what it has written until now, on both streams.
func (r *Run) Output() string { return r.out.String() }

// Until waits until it has written something.
func (r *Run) Until(words string) {
	r.t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(r.Output(), words); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%v has not written %q but:\n%s", r.Args, words, r.Output())
		}
	}
}

// output collects what is written.
type output struct {
	mu sync.Mutex
	bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Buffer.String()
}

// Client asks over the network, from an address of its own. It follows no redirections.
func Client(cluster *network.Network, from string) *http.Client {
	return &http.Client{
		Timeout: patience,
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, kind, address string) (net.Conn, error) {
			return cluster.DialContext(ctx, from, kind, address)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Get asks until somebody answers.
func Get(t *testing.T, client *http.Client, url string) (int, string, http.Header) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		answer, err := client.Get(url)
		if err != nil {
			if time.Now().After(end) {
				t.Fatalf("%s: %v", url, err)
			}
			continue
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body), answer.Header
	}
}
