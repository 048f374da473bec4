package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"mvdan.cc/sh/v3/interp"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

// invocation is one simple command that runs.
type invocation struct {
	s    *shell
	u    *unit
	ctx  context.Context
	hc   interp.HandlerContext
	args []string // without the name
}

// status is an exit code as the interpreter takes it.
func status(code int) error {
	if code &= 0xff; code != 0 {
		return interp.ExitStatus(code)
	}
	return nil
}

// exec runs every simple command that is neither a function nor a builtin of the interpreter.
func (s *shell) exec(ctx context.Context, args []string) error {
	in := &invocation{s: s, u: unitOf(ctx), ctx: ctx, hc: interp.HandlerCtx(ctx), args: args[1:]}
	name, internal := strings.CutPrefix(args[0], fnPrefix)
	if internal && name == s.token {
		return in.native("eval", in.args...)
	}
	if internal && (ours(name) || name == "cat") {
		return in.builtin(name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return in.program(args)
}

// native runs a builtin of the interpreter, in the shell that called.
func (in *invocation) native(name string, args ...string) error {
	return in.hc.Builtin(in.ctx, append([]string{name}, args...))
}

func (in *invocation) errorf(format string, a ...any) {
	fmt.Fprintf(in.hc.Stderr, "%s: %s\n", in.s.name(), fmt.Sprintf(format, a...))
}

// program runs a program of the container.
func (in *invocation) program(args []string) error {
	view := in.s.view(in.hc)
	view.Env = exported(in.hc.Env, in.hc.Dir)
	run, full, err := proc.Find(view, args)
	if err != nil {
		return status(in.cannot(args[0], err))
	}
	if in.u.single.IsValid() && in.hc.Pos == in.u.single && in.u.plain() {
		return in.replace(view, run, full) // as shells do with the last command of -c, and with a job of one command
	}
	ctx, pid, signals, leave, err := in.s.table.Enter(in.ctx, full)
	if err != nil {
		in.errorf("can't fork: %s", proc.Message(err))
		return status(2)
	}
	defer leave()
	view.Args, view.PID, view.Signals = full, pid, signals
	code := wait(ctx, run, view)
	if err := in.ctx.Err(); err != nil {
		return err
	}
	if sig, ok := proc.Killed(ctx); ok {
		code = 128 + int(sig)
	}
	return status(code)
}

// replace lets a program take the unit's place: it has its PID and gets its signals.
func (in *invocation) replace(view *program.Process, run program.Program, full []string) error {
	forward := make(chan syscall.Signal, 16)
	in.u.mu.Lock()
	in.u.forward = forward
	in.u.mu.Unlock()
	defer func() {
		in.u.mu.Lock()
		in.u.forward = nil
		in.u.mu.Unlock()
	}()
	view.Args, view.Signals = full, forward
	view.PID = in.u.pid
	in.s.table.Rename(in.u.pid, full)
	if in.u == in.s.main {
		view.PID = in.s.p.PID
	}
	code := wait(in.ctx, run, view)
	if err := in.ctx.Err(); err != nil {
		return err
	}
	return status(code)
}

// plain reports whether a unit has neither handlers nor jobs: nothing is left to do for it when its last command runs.
func (u *unit) plain() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.traps) == 0 && u.exitTrap == "" && len(u.jobs) == 0
}

// wait runs a program to its end. One that overstays a canceled ctx is left behind.
func wait(ctx context.Context, run program.Program, p *program.Process) int {
	done := make(chan int, 1)
	go func() { done <- proc.Guard(ctx, run, p) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-done:
		return code
	case <-time.After(20 * time.Millisecond):
		return proc.ExitKilled
	}
}

// cannot says why a program does not start, in the words of the shell that this one is called as.
func (in *invocation) cannot(name string, err error) int {
	view := in.s.view(in.hc)
	if !in.s.bash {
		return proc.Cannot(view, in.s.name(), name, err)
	}
	missing := errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
	switch {
	case missing && !strings.Contains(name, "/"):
		fmt.Fprintf(view.Stderr, "%s: %s: command not found\n", in.s.name(), name)
		return proc.ExitNotFound
	case missing:
		fmt.Fprintf(view.Stderr, "%s: %s: No such file or directory\n", in.s.name(), name)
		return proc.ExitNotFound
	}
	return proc.Cannot(view, in.s.name(), name, err)
}

// written notes when nobody reads any more what a builtin writes.
type written struct {
	io.Writer
	broken bool
}

func (w *written) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	w.broken = w.broken || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
	return n, err
}
