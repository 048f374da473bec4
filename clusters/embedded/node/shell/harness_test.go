package shell_test

import (
	"bytes"
	"context"
	"io"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell"
	"driftlab/clusters/embedded/node/shell/commands"
)

// buffer is a stream that a test and a program use at the same time.
type buffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

// waitFor waits until the stream holds a text.
func (b *buffer) waitFor(t *testing.T, text string) {
	t.Helper()
	for range 2000 {
		if strings.Contains(b.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %q in %q", text, b.String())
}

var image = fstest.MapFS{
	"etc/passwd": {Data: []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")},
	"etc/group":  {Data: []byte("root:x:0:\n")},
	"data/fruit": {Data: []byte("pear 3\napple 1\nfig 2\napple 1\n")},
	"data/run":   {Data: []byte("#!/bin/sh\necho \"$0 $*\"\n"), Mode: 0o755},
	"data/plain": {Data: []byte("echo plain\n"), Mode: 0o644},
	"data/lib":   {Data: []byte("greet() { echo \"hi $1\"; }\nLOADED=yes\n")},
	"bin/elf":    {Data: []byte("\x7fELF\x00\x00"), Mode: 0o755},
	"root":       {Mode: 0o755 | 1<<31},
	"tmp":        {Mode: 0o777 | 1<<31},
}

// process makes a process of a container with a shell and all commands.
func process(t testing.TB, args ...string) (*program.Process, *buffer, *buffer) {
	t.Helper()
	tree, err := files.New(filepath.Join(t.TempDir(), "own"), image, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	out, errs := &buffer{}, &buffer{}
	return &program.Process{
		Args: args, Env: []string{"PATH=/bin:/usr/bin", "HOME=/root", "HOSTNAME=web-1", "GREETING=hello"}, Dir: "/", PID: 1,
		Stdin: strings.NewReader(""), Stdout: out, Stderr: errs, Files: tree,
		Host:      program.Host{Name: "web-1"},
		Lookup:    lookup,
		Processes: func() []program.Running { return []program.Running{{PID: 1, Args: args}} },
		Memory:    func(int64) {},
	}, out, errs
}

func lookup(name string) program.Program {
	if dir := path.Dir(name); dir != "/bin" && dir != "." {
		return nil
	}
	switch base := path.Base(name); base {
	case "sh", "ash", "bash":
		return shell.Program
	case "elf", "run":
		return nil
	default:
		return commands.Table[base]
	}
}

// sh runs a script and returns its output, its messages and its exit code.
func sh(t testing.TB, script string) (string, string, int) {
	t.Helper()
	p, out, errs := process(t, "sh", "-c", script)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	code := shell.Program(ctx, p)
	if ctx.Err() != nil {
		t.Errorf("%q does not end", script)
	}
	return out.String(), errs.String(), code
}

// started is a program that runs.
type started struct {
	out, errs *buffer
	signals   chan syscall.Signal
	stdin     *io.PipeWriter
	cancel    context.CancelFunc
	code      chan int
}

func start(t testing.TB, change func(*program.Process), args ...string) *started {
	t.Helper()
	p, out, errs := process(t, args...)
	r, w := io.Pipe()
	s := &started{out: out, errs: errs, signals: make(chan syscall.Signal, 4), stdin: w, code: make(chan int, 1)}
	p.Signals, p.Stdin = s.signals, r
	if change != nil {
		change(p)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	t.Cleanup(cancel)
	run := lookup(path.Base(args[0]))
	go func() { s.code <- run(ctx, p) }()
	return s
}

// ends waits for the exit code.
func (s *started) ends(t testing.TB, want int) {
	t.Helper()
	select {
	case code := <-s.code:
		if code != want {
			t.Errorf("exit code %d, want %d; output %q, %q", code, want, s.out.String(), s.errs.String())
		}
	case <-time.After(20 * time.Second):
		t.Errorf("does not end; output %q, %q", s.out.String(), s.errs.String())
	}
}
