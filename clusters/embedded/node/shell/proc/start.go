package proc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"syscall"

	"driftlab/clusters/embedded/node/program"
)

// MaxChildren is how many programs may run at a time below one process of a container. It stops fork bombs.
const MaxChildren = 256

// Table holds the programs that run below one process of a container, and their numbers.
type Table struct {
	mu      sync.Mutex
	next    int
	running map[int]*child
}

type child struct {
	args    []string
	signals chan syscall.Signal
	kill    context.CancelCauseFunc
}

type tableKey struct{}

// killed is why a context ended: by a signal.
type killed struct{ sig syscall.Signal }

func (k killed) Error() string { return k.sig.String() }

// WithTable returns the table in ctx, or a new one for p and what it starts, and lets p see what runs in it.
func WithTable(ctx context.Context, p *program.Process) (context.Context, *Table) {
	if t, ok := ctx.Value(tableKey{}).(*Table); ok {
		return ctx, t
	}
	t := &Table{next: max(p.PID, 1), running: map[int]*child{}}
	outer := p.Processes
	p.Processes = func() []program.Running {
		var list []program.Running
		if outer != nil {
			list = outer()
		}
		return append(list, t.list()...)
	}
	return context.WithValue(ctx, tableKey{}, t), t
}

func (t *Table) list() []program.Running {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []program.Running
	for _, pid := range slices.Sorted(maps.Keys(t.running)) {
		list = append(list, program.Running{PID: pid, Args: t.running[pid].args})
	}
	return list
}

// Enter adds a process to the table. It fails with EAGAIN if there are too many. leave takes it out.
func (t *Table) Enter(ctx context.Context, args []string) (_ context.Context, pid int, signals <-chan syscall.Signal, leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.running) >= MaxChildren {
		return nil, 0, nil, nil, syscall.EAGAIN
	}
	ctx, cancel := context.WithCancelCause(ctx)
	t.next++
	pid = t.next
	c := &child{args: args, signals: make(chan syscall.Signal, 16), kill: cancel}
	t.running[pid] = c
	return ctx, pid, c.signals, func() {
		t.mu.Lock()
		delete(t.running, pid)
		t.mu.Unlock()
		cancel(nil)
	}, nil
}

// Rename notes that a process has become another program.
func (t *Table) Rename(pid int, args []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.running[pid]; c != nil {
		c.args = args
	}
}

// Kill signals a process of the table; ESRCH if it is none.
func (t *Table) Kill(pid int, sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.running[pid]
	switch {
	case c == nil:
		return syscall.ESRCH
	case sig == 0:
	case sig == syscall.SIGKILL:
		c.kill(killed{sig})
	default:
		select {
		case c.signals <- sig:
		default: // a kernel does not queue signals either
		}
	}
	return nil
}

// Killed says by which signal the process of a context was killed through the table.
func Killed(ctx context.Context) (syscall.Signal, bool) {
	var k killed
	if errors.As(context.Cause(ctx), &k) {
		return k.sig, true
	}
	return 0, false
}

// Start runs a command line below p, in the foreground, with what child says: p's streams, folder and environment unless
// changed. It returns the exit code, 126 and 127 with a message if there is no such program.
func Start(ctx context.Context, p *program.Process, args []string) int {
	run, full, err := Find(p, args)
	if err != nil {
		return Cannot(p, p.Args[0], args[0], err)
	}
	ctx, table := WithTable(ctx, p)
	ctx, pid, signals, leave, err := table.Enter(ctx, full)
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: can't fork: %s\n", p.Args[0], Message(err))
		return 2
	}
	defer leave()
	child := *p
	child.Args, child.PID, child.Signals = full, pid, signals
	code := Guard(ctx, run, &child)
	if sig, ok := Killed(ctx); ok {
		return 128 + int(sig)
	}
	return code
}

// Cannot prints why a program does not start, as a shell does, and returns the exit code for it.
func Cannot(p *program.Process, who, name string, err error) int {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		fmt.Fprintf(p.Stderr, "%s: %s: not found\n", who, name)
		return ExitNotFound
	case errors.Is(err, syscall.ENOEXEC):
		fmt.Fprintf(p.Stderr, "%s: %s: Exec format error: the embedded engine runs only programs of its catalogue and scripts; "+
			"the engine kind runs any\n", who, name)
		return ExitCannotRun
	}
	fmt.Fprintf(p.Stderr, "%s: %s: %s\n", who, name, Message(err))
	return ExitCannotRun
}

// KilledBy is the cause for which the context of a process is canceled by a signal.
func KilledBy(sig syscall.Signal) error { return killed{sig} }
