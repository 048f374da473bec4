package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"driftlab/clusters/embedded/node/shell/proc"
)

// unit is what would be a process of the shell's own: the shell itself, or one of its background jobs.
type unit struct {
	s      *shell
	runner *interp.Runner
	pid    int
	first  bool // is it the first process of the container?
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	traps    map[string]string // by name without SIG; "" ignores the signal
	exitTrap string
	pending  []string
	wake     chan struct{}       // has an entry when pending has
	forward  chan syscall.Signal // to the program that has taken the unit's place
	jobs     []*job
	lastJob  int

	single syntax.Pos // of a job that is one simple command: its program takes the unit's place

	calls  int  // only its goroutine counts
	failed bool // did the last run end by an error of ours, not by the script's will?
}

func newUnit(s *shell, runner *interp.Runner, pid int, cancel context.CancelCauseFunc) *unit {
	return &unit{s: s, runner: runner, pid: pid, cancel: cancel, traps: map[string]string{}, wake: make(chan struct{}, 1)}
}

type unitKey struct{}

func withUnit(ctx context.Context, u *unit) context.Context {
	return context.WithValue(ctx, unitKey{}, u)
}

func unitOf(ctx context.Context) *unit { return ctx.Value(unitKey{}).(*unit) }

// runnerOf finds the interpreter that called a handler. Its type is public, its place in the context is not.
func runnerOf(hc interp.HandlerContext) *interp.Runner {
	return (*interp.Runner)(reflect.ValueOf(hc).FieldByName("runner").UnsafePointer())
}

// run runs a part of a script and returns its exit code.
func (u *unit) run(ctx context.Context, node syntax.Node) int {
	err := u.runner.Run(ctx, node)
	var status interp.ExitStatus
	u.failed = err != nil && !errors.As(err, &status)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, errTooDeep):
		return proc.ExitSegv
	case errors.Is(err, errMemory):
		return proc.ExitKilled
	case ctx.Err() != nil:
		if sig, ok := proc.Killed(ctx); ok {
			return 128 + int(sig)
		}
		return proc.ExitKilled
	}
	fmt.Fprintf(u.s.p.Stderr, "%s: %v\n", u.s.name(), err)
	return 2
}

// guard runs the work of a unit. A panic in it ends the unit alone.
func (u *unit) guard(work func() int) (code int) {
	defer func() {
		if crash := recover(); crash != nil {
			fmt.Fprintf(u.s.p.Stderr, "%s: Segmentation fault (the embedded engine's shell: %v)\n", u.s.name(), crash)
			code = proc.ExitSegv
		}
	}()
	return work()
}

// finish runs what is left when a unit ends: the handlers of signals that have just come, then the EXIT handler.
func (u *unit) finish(ctx context.Context, code int) int {
	if ctx.Err() != nil {
		return code
	}
	if handlers := u.take(); handlers != "" {
		if now, exited := u.runTrap(ctx, handlers); exited {
			code = now
		}
	}
	u.mu.Lock()
	handler := u.exitTrap
	u.exitTrap = ""
	u.mu.Unlock()
	if handler != "" {
		if now, exited := u.runTrap(ctx, handler); exited {
			code = now
		}
	}
	return code
}

func (u *unit) runTrap(ctx context.Context, code string) (int, bool) {
	file, err := syntax.NewParser().Parse(strings.NewReader(code), "trap")
	if err != nil {
		return u.s.syntaxError(err), false
	}
	now := u.run(ctx, file)
	return now, u.runner.Exited()
}

// listen takes signals until ctx is done.
func (u *unit) listen(ctx context.Context, signals <-chan syscall.Signal) {
	for signals != nil {
		select {
		case <-ctx.Done():
			return
		case sig, ok := <-signals:
			if !ok {
				return
			}
			u.deliver(sig)
		}
	}
}

// deliver acts on a signal as the process would: by its handler, or as a kernel does for a process without one.
func (u *unit) deliver(sig syscall.Signal) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.forward != nil {
		select {
		case u.forward <- sig:
		default:
		}
		return
	}
	handler, trapped := u.traps[signalName(sig)]
	switch {
	case sig == syscall.SIGKILL && u.first: // does not reach the first process from inside
	case sig == syscall.SIGKILL:
		u.cancel(proc.KilledBy(sig))
	case trapped && handler == "":
	case trapped:
		if !slices.Contains(u.pending, signalName(sig)) {
			u.pending = append(u.pending, signalName(sig))
		}
		select {
		case u.wake <- struct{}{}:
		default:
		}
	case u.first || !proc.Deadly(sig):
	case u.s.interactive && u == u.s.main && sig != syscall.SIGHUP:
		if sig == syscall.SIGINT {
			u.s.tty.interrupt()
		}
	default:
		u.cancel(proc.KilledBy(sig))
	}
}

// take returns the handlers of the signals that are pending, as one script; "" if none is.
func (u *unit) take() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.pending) == 0 {
		return ""
	}
	select {
	case <-u.wake:
	default:
	}
	var script []string
	for _, name := range u.pending {
		script = append(script, u.traps[name])
	}
	u.pending = nil
	return strings.Join(script, "\n")
}

func (u *unit) interrupted() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.pending) > 0
}

// job is a background job of a unit.
type job struct {
	unit   *unit
	parent *interp.Runner // the shell or subshell that started it
	id     int
	text   string
	done   chan struct{}
	code   int // when done is closed
}

// start starts a background job. ctx is that of the whole shell: a job outlives the line that started it.
func (s *shell) start(parent *unit, hc interp.HandlerContext, st *syntax.Stmt, text string) (*job, error) {
	ctx, pid, signals, leave, err := s.table.Enter(s.ctx, []string{s.name()})
	if err != nil {
		return nil, err
	}
	sub := runnerOf(hc).Subshell()
	var in *os.File // a job in the background does not read what the terminal or the next command gets
	interp.StdIO(in, hc.Stdout, hc.Stderr)(sub)
	inner, cancel := context.WithCancelCause(ctx)
	u := newUnit(s, sub, pid, cancel)
	inner = withUnit(inner, u)
	if call, ok := st.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 && !st.Negated {
		u.single = call.Args[0].Pos()
	}
	j := &job{unit: u, parent: runnerOf(hc), text: text, done: make(chan struct{})}
	parent.mu.Lock()
	parent.forget()
	parent.lastJob++
	j.id = parent.lastJob
	parent.jobs = append(parent.jobs, j)
	parent.mu.Unlock()
	go u.listen(inner, signals)
	go func() {
		defer leave()
		defer close(j.done)
		j.code = u.guard(func() int { return u.finish(inner, u.run(inner, body(st))) })
		if sig, ok := proc.Killed(inner); ok {
			j.code = 128 + int(sig)
		}
		cancel(nil)
	}()
	return j, nil
}

// maxFinished is how many finished jobs are remembered for wait.
const maxFinished = 64

// forget drops the oldest jobs that have ended, if there are many. The caller holds u.mu.
func (u *unit) forget() {
	if len(u.jobs) == 0 {
		u.lastJob = 0
	}
	for i := 0; len(u.jobs) > maxFinished && i < len(u.jobs); {
		select {
		case <-u.jobs[i].done:
			u.jobs = slices.Delete(u.jobs, i, i+1)
		default:
			i++
		}
	}
}

// body is what a job runs: of "( ... ) &" the inside, so that its traps are the job's.
func body(st *syntax.Stmt) syntax.Node {
	if sub, ok := st.Cmd.(*syntax.Subshell); ok && len(st.Redirs) == 0 && !st.Negated {
		return &syntax.File{Stmts: sub.Stmts}
	}
	return &syntax.File{Stmts: []*syntax.Stmt{st}}
}

func source(st *syntax.Stmt) string {
	var out strings.Builder
	syntax.NewPrinter(syntax.SingleLine(true)).Print(&out, st)
	return out.String()
}
