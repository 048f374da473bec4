package runtime

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"

	"driftlab/clusters/embedded/node/program"
)

// patience is how long a killed program is waited for. One that does not end is left behind: nobody sees it any more.
const patience = 5 * time.Second

// crashed is the exit code of a program that broke, as one that a kernel ends for a bad memory access: 128 + SIGSEGV.
const crashed = 128 + int(syscall.SIGSEGV)

// run is one run of a container's program, from its start to its end, with all that is executed in the container meanwhile.
type run struct {
	container *container
	program   program.Program
	process   *program.Process

	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when the end is noted

	signals     chan syscall.Signal
	killed      atomic.Bool
	outOfMemory atomic.Bool
	memory      atomic.Int64 // bytes in use
	limit       atomic.Int64 // bytes allowed; 0: any

	logs   *log
	stdin  *stdin
	stdout *tee
	stderr *tee
	sizes  chan program.Size

	mu        sync.Mutex
	processes map[int]inside // by PID
	lastPID   int
}

// inside is a process of a container.
type inside struct {
	words   []string
	signals chan syscall.Signal
	cancel  context.CancelFunc // nil for the first process: no SIGKILL from inside reaches it
}

// prepare makes everything that a run of the container needs, or says why its program cannot be started.
func (r *Runtime) prepare(c *container, s *sandbox, words []string) (*run, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("failed to generate container %q spec: failed to generate spec: no command specified", c.ID)
	}
	found := r.Lookup(c.image, c.tree, words[0])
	if found == nil {
		return nil, cannotStart("start", words[0], missing(words[0]))
	}
	current := &run{container: c, program: found, done: make(chan struct{}), signals: make(chan syscall.Signal, 16), processes: map[int]inside{}}
	current.ctx, current.cancel = context.WithCancel(context.Background())
	current.limit.Store(c.Config.GetLinux().GetResources().GetMemoryLimitInBytes())
	var err error
	if current.logs, err = openLog(c.LogPath, current.ctx); err != nil {
		return nil, err
	}
	current.stdout = &tee{to: []io.Writer{current.logs.stream("stdout")}}
	current.stderr = &tee{to: []io.Writer{current.logs.stream("stderr")}}
	current.stdin = newStdin(c.Config.Stdin)
	current.sizes = make(chan program.Size, 1)
	if err := c.tree.MkdirAll(directory(c), 0o755); err != nil {
		current.logs.Close()
		return nil, fmt.Errorf("failed to create containerd task: failed to mkdir %s: %w", directory(c), err)
	}
	current.process = r.processOf(current, s, inside{words: words, signals: current.signals})
	current.process.Stdin, current.process.Stdout, current.process.Stderr = current.stdin, current.stdout, current.stderr
	current.process.TTY = c.Config.Tty
	if c.Config.Tty {
		current.process.Stderr, current.process.Size = current.stdout, current.sizes
	}
	return current, nil
}

// processOf gives a process of the container without streams.
func (r *Runtime) processOf(current *run, s *sandbox, one inside) *program.Process {
	c := current.container
	hostname := s.Config.Hostname
	if s.onHostNetwork() {
		hostname = r.Hostname
	}
	security := c.Config.GetLinux().GetSecurityContext()
	current.mu.Lock()
	current.lastPID++
	pid := current.lastPID
	current.processes[pid] = one
	current.mu.Unlock()
	process := &program.Process{
		Args:      one.words,
		Env:       r.environment(c, hostname),
		Dir:       directory(c),
		Stdin:     strings.NewReader(""),
		PID:       pid,
		Files:     c.tree,
		Network:   s.host,
		Host:      program.Host{Name: hostname, UID: c.user(), GID: security.GetRunAsGroup().GetValue(), Groups: groups(security), ReadOnly: security.GetReadonlyRootfs()},
		Lookup:    func(name string) program.Program { return r.Lookup(c.image, c.tree, name) },
		Processes: current.list,
		Signals:   one.signals,
		Kill:      current.tell,
		Memory: func(bytes int64) {
			current.memory.Store(bytes)
			current.check()
		},
	}
	process.Log.Stdout, process.Log.Stderr = current.stdout, current.stderr
	return process
}

// groups lists the user's groups in order, as containerd does: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func groups(security *cri.LinuxContainerSecurityContext) []int64 {
	all := append([]int64{security.GetRunAsGroup().GetValue()}, security.GetSupplementalGroups()...)
	slices.Sort(all)
	return slices.Compact(all)
}

// perform runs the program to its end, and gives its exit code.
func (u *run) perform() int {
	code := contain(u.ctx, u.program, u.process)
	u.cancel()
	u.stdin.Close()
	u.logs.Close()
	return code
}

// contain runs a program so that nothing it does can end this process, and so that a canceled ctx always ends it.
func contain(ctx context.Context, run program.Program, process *program.Process) int {
	result := make(chan int, 1)
	go func() {
		defer func() {
			if trouble := recover(); trouble != nil {
				fmt.Fprintf(process.Stderr, "%s: %v\n", process.Args[0], trouble)
				result <- crashed
			}
		}()
		result <- run(ctx, process) & 0xff
	}()
	select {
	case code := <-result:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-result:
		return code
	case <-time.After(patience):
		return 128 + int(syscall.SIGKILL)
	}
}

// signal sends a signal to the first process.
func (u *run) signal(which syscall.Signal) {
	if which == syscall.SIGKILL {
		u.killed.Store(true)
		u.cancel()
		return
	}
	select {
	case u.signals <- which:
	default: // as many are pending as anybody could tell apart
	}
}

// kill ends the run at once, and returns when it has ended.
func (u *run) kill() {
	u.signal(syscall.SIGKILL)
	<-u.done
}

// check kills the container if it uses more memory than it may:
// https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run
func (u *run) check() {
	if limit := u.limit.Load(); limit > 0 && u.memory.Load() > limit {
		u.outOfMemory.Store(true)
		u.cancel()
	}
}

func (u *run) list() []program.Running {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []program.Running
	for pid := 1; pid <= u.lastPID; pid++ {
		if one, runs := u.processes[pid]; runs {
			all = append(all, program.Running{PID: pid, Args: one.words})
		}
	}
	return all
}

// tell signals a process from inside the container, as kill(2) does.
func (u *run) tell(pid int, which syscall.Signal) error {
	u.mu.Lock()
	one, runs := u.processes[pid]
	u.mu.Unlock()
	switch {
	case !runs:
		return syscall.ESRCH
	case which == 0:
	case which == syscall.SIGKILL:
		if one.cancel != nil {
			one.cancel()
		}
	default:
		select {
		case one.signals <- which:
		default: // as many are pending as anybody could tell apart
		}
	}
	return nil
}

func (u *run) forget(pid int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.processes, pid)
}
