package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/utils/exec"

	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/program"
)

// longestOutput is how much of the output of a probe or a hook is kept, as containerd does.
const longestOutput = 16 << 20

// session is what somebody executes in a container that runs.
type session struct {
	words    []string
	in       io.Reader
	out, err io.Writer
	tty      bool
	sizes    <-chan program.Size
}

// execute runs a program in the container, beside its own, and gives its exit code.
func (r *Runtime) execute(ctx context.Context, id string, what session) (int, error) {
	r.mu.Lock()
	c, err := r.container(id)
	if err != nil {
		r.mu.Unlock()
		return 0, err
	}
	current, s, state := c.run, r.sandboxes[c.Sandbox], c.State
	r.mu.Unlock()
	if current == nil || s == nil || s.host == nil {
		return 0, fmt.Errorf("failed to exec in container: container %q is in %s state", id, state)
	}
	if len(what.words) == 0 {
		return 0, errors.New("failed to exec in container: no command specified")
	}
	found := r.Lookup(c.image, c.tree, what.words[0])
	if found == nil {
		return 0, fmt.Errorf("failed to exec in container: failed to start exec %q: %w", newID(), cannotStart("exec", what.words[0], missing(what.words[0])))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	process := r.processOf(current, s, inside{what.words, make(chan syscall.Signal, 16), cancel})
	r.mu.Unlock()
	defer current.forget(process.PID)
	if what.in != nil {
		process.Stdin = what.in
	}
	process.Stdout, process.Stderr, process.TTY, process.Size = what.out, what.err, what.tty, what.sizes
	process.Memory = func(bytes int64) { // on top of what the container's own program uses
		if limit := current.limit.Load(); limit > 0 && current.memory.Load()+bytes > limit {
			current.outOfMemory.Store(true)
			current.cancel()
		}
	}
	defer context.AfterFunc(current.ctx, cancel)()
	code := contain(ctx, found, process)
	if ctx.Err() != nil {
		code = 128 + int(syscall.SIGKILL)
	}
	return code, nil
}

// ExecSync is the CRI's: for probes and hooks.
func (r *Runtime) ExecSync(ctx context.Context, id string, words []string, timeout time.Duration) ([]byte, []byte, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	out, complaints := &limited{}, &limited{}
	code, err := r.execute(ctx, id, session{words: words, out: out, err: complaints})
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("rpc error: code = Unknown desc = %w", err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, nil, fmt.Errorf("%w: %q timed out after %s", remote.ErrCommandTimedOut, strings.Join(words, " "), timeout)
	case code != 0:
		err = exec.CodeExitError{Err: fmt.Errorf("command '%s' exited with %d: %s", strings.Join(words, " "), code, complaints.Bytes()), Code: code}
	}
	return out.Bytes(), complaints.Bytes(), err
}

// limited keeps the beginning of what is written to it.
type limited struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *limited) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Buffer.Write(b[:min(len(b), longestOutput-l.Len())])
	return len(b), nil
}

func (l *limited) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.Buffer.Bytes())
}

// Exec is the CRI's.
func (r *Runtime) Exec(_ context.Context, request *cri.ExecRequest) (*cri.ExecResponse, error) {
	if _, err := r.find(request.ContainerId); err != nil {
		return nil, err
	}
	return r.streams.GetExec(request)
}

// Attach is the CRI's.
func (r *Runtime) Attach(_ context.Context, request *cri.AttachRequest) (*cri.AttachResponse, error) {
	if _, err := r.find(request.ContainerId); err != nil {
		return nil, err
	}
	return r.streams.GetAttach(request)
}

// PortForward is the CRI's.
func (r *Runtime) PortForward(_ context.Context, request *cri.PortForwardRequest) (*cri.PortForwardResponse, error) {
	return r.streams.GetPortForward(request)
}

// ReopenContainerLog is the CRI's: the kubelet has moved the log away.
func (r *Runtime) ReopenContainerLog(_ context.Context, id string) error {
	r.mu.Lock()
	c, err := r.container(id)
	if err != nil {
		r.mu.Unlock()
		return err
	}
	current := c.run
	r.mu.Unlock()
	if current == nil {
		return errors.New("container is not running")
	}
	return current.logs.reopen()
}

// streamer serves the streams of exec, attach and port-forward.
type streamer struct{ *Runtime }

func (s streamer) Exec(ctx context.Context, id string, words []string, in io.Reader, out, complaints io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	what := session{words: words, in: in, out: orDiscard(out), err: orDiscard(complaints), tty: tty, sizes: sizes(ctx, resize)}
	if tty {
		what.err = what.out
	}
	code, err := s.execute(ctx, id, what)
	if err == nil && code != 0 {
		err = exec.CodeExitError{Err: fmt.Errorf("command terminated with exit code %d", code), Code: code}
	}
	return err
}

func (s streamer) Attach(ctx context.Context, id string, in io.Reader, out, complaints io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	s.mu.Lock()
	c, err := s.container(id)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	current, state := c.run, c.State
	s.mu.Unlock()
	if current == nil {
		return fmt.Errorf("container is in %s state", state)
	}
	if out != nil {
		defer current.stdout.attach(out)()
	}
	if complaints != nil {
		defer current.stderr.attach(complaints)()
	}
	if changed := sizes(ctx, resize); changed != nil {
		go func() {
			for size := range changed {
				select {
				case current.sizes <- size:
				case <-current.ctx.Done():
				}
			}
		}()
	}
	if in != nil && c.Config.Stdin {
		go func() {
			io.Copy(current.stdin.writer, in)
			if c.Config.StdinOnce {
				current.stdin.end()
			}
		}()
	}
	select {
	case <-current.done:
	case <-ctx.Done():
	}
	return nil
}

func (s streamer) PortForward(ctx context.Context, id string, port int32, stream io.ReadWriteCloser) error {
	s.mu.Lock()
	sandbox, err := s.sandbox(id)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if sandbox.host == nil {
		return fmt.Errorf("sandbox container %q is not running", id)
	}
	there, err := sandbox.host.DialContext(ctx, "tcp4", fmt.Sprintf("localhost:%d", port))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside namespace %q, IPv4: %w", port, id, err)
	}
	defer there.Close()
	network.Join(there, stream, func() { stream.Close() })
	return nil
}

func orDiscard(w io.Writer) io.Writer {
	if closer, ok := w.(io.WriteCloser); w == nil || ok && closer == nil {
		return io.Discard
	}
	return w
}

func sizes(ctx context.Context, resize <-chan remotecommand.TerminalSize) <-chan program.Size {
	if resize == nil {
		return nil
	}
	changed := make(chan program.Size, 1)
	go func() {
		defer close(changed)
		for size := range resize {
			select {
			case changed <- program.Size{Width: size.Width, Height: size.Height}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return changed
}
