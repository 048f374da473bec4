package shell

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/shell/commands"
	"driftlab/clusters/embedded/node/shell/proc"
)

func signalName(sig syscall.Signal) string { return commands.SignalName(sig) }

// trap sets the handlers of signals and of the end of the shell.
func (in *invocation) trap() error {
	args := in.args
	if len(args) > 0 && args[0] == "-l" {
		return in.simpleAs("kill", "-l")
	}
	if len(args) > 0 && (args[0] == "--" || args[0] == "-p") {
		args = args[1:]
	}
	if len(args) == 0 {
		in.listTraps()
		return nil
	}
	handler, names := args[0], args[1:]
	reset := handler == "-"
	if len(names) == 0 {
		reset, names = true, args // "trap TERM" is "trap - TERM"
	}
	src, err := in.s.rewriteText(handler)
	if err != nil {
		in.errorf("trap: %v", err)
		return status(2)
	}
	for _, name := range names {
		name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
		if name == "0" {
			name = "EXIT"
		}
		if name == "ERR" {
			if reset {
				src = "-"
			}
			if err := in.native("trap", src, "ERR"); err != nil {
				return err
			}
			continue
		}
		if err := in.setTrap(name, src, reset); err != nil {
			in.errorf("trap: %v", err)
			return status(1)
		}
	}
	return nil
}

func (in *invocation) setTrap(name, src string, reset bool) error {
	u := in.u
	if u.runner != runnerOf(in.hc) {
		if reset {
			return nil
		}
		return errors.New("handlers in ( ) and $( ) are not supported by the embedded engine's shell; the engine kind runs the real one")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if name == "EXIT" {
		if u.exitTrap = src; reset {
			u.exitTrap = ""
		}
		return nil
	}
	sig, ok := commands.ParseSignal(name)
	if !ok {
		return fmt.Errorf("%s: invalid signal specification", name)
	}
	if name = signalName(sig); reset {
		delete(u.traps, name)
	} else {
		u.traps[name] = src
	}
	return nil
}

func (in *invocation) listTraps() {
	u := in.u
	u.mu.Lock()
	defer u.mu.Unlock()
	out := in.s.view(in.hc).Stdout
	if u.exitTrap != "" {
		fmt.Fprintf(out, "trap -- '%s' EXIT\n", u.exitTrap)
	}
	for _, name := range slices.Sorted(maps.Keys(u.traps)) {
		fmt.Fprintf(out, "trap -- '%s' %s\n", u.traps[name], name)
	}
}

func (in *invocation) simpleAs(name string, args ...string) error {
	inner := *in
	inner.args = args
	return inner.simple(name)
}

// runPending runs the handlers of signals that have come while a builtin waited.
func (in *invocation) runPending() error {
	if handlers := in.u.take(); handlers != "" {
		return in.native("eval", handlers)
	}
	return nil
}

// wait waits for jobs. A signal with a handler ends it early.
func (in *invocation) wait() error {
	u := in.u
	u.mu.Lock()
	jobs := slices.Clone(u.jobs)
	u.mu.Unlock()
	wanted, code := slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return j.parent != runnerOf(in.hc) }), 0
	byName := len(in.args) > 0 && in.args[0] != "-n"
	if byName {
		wanted = nil
		for _, arg := range in.args {
			j := findJob(jobs, arg)
			if j == nil {
				in.errorf("wait: pid %s is not a child of this shell", arg)
				return status(proc.ExitNotFound)
			}
			wanted = append(wanted, j)
		}
	}
	for _, j := range wanted {
		select {
		case <-j.done:
			if byName {
				code = j.code
			}
			continue
		default:
		}
		select {
		case <-j.done:
			if byName {
				code = j.code
			}
		case <-u.wake:
			if err := in.runPending(); err != nil {
				return err
			}
			return status(128 + int(syscall.SIGTERM))
		case <-in.ctx.Done():
			return in.ctx.Err()
		}
	}
	if !byName {
		u.mu.Lock()
		u.jobs = slices.DeleteFunc(u.jobs, func(j *job) bool { return slices.Contains(wanted, j) })
		u.mu.Unlock()
	}
	return status(code)
}

// findJob finds a job by "%1", "%%" or its PID.
func findJob(jobs []*job, name string) *job {
	if rest, ok := strings.CutPrefix(name, "%"); ok {
		if (rest == "" || rest == "%" || rest == "+") && len(jobs) > 0 {
			return jobs[len(jobs)-1]
		}
		for _, j := range jobs {
			if strconv.Itoa(j.id) == rest {
				return j
			}
		}
		return nil
	}
	for _, j := range jobs {
		if strconv.Itoa(j.unit.pid) == name {
			return j
		}
	}
	return nil
}

// kill signals processes, jobs, and the shell itself.
func (in *invocation) kill() error {
	sig, targets, done, err := commands.ParseKill(in.args, in.s.view(in.hc).Stdout)
	if err != nil {
		in.errorf("kill: %v", err)
		return status(1)
	}
	if done {
		return nil
	}
	code := 0
	for _, target := range targets {
		if err := in.signal(target, sig); err != nil {
			in.errorf("can't kill pid %s: %s", target, proc.Message(err))
			code = 1
		}
	}
	if err := in.ctx.Err(); err != nil {
		return err
	}
	if in.u.interrupted() && in.u.runner == runnerOf(in.hc) {
		if err := in.runPending(); err != nil {
			return err
		}
	}
	return status(code)
}

func (in *invocation) signal(target string, sig syscall.Signal) error {
	u := in.u
	u.mu.Lock()
	j := findJob(u.jobs, target)
	jobs := slices.Clone(u.jobs)
	u.mu.Unlock()
	if strings.HasPrefix(target, "%") {
		if j == nil {
			return syscall.ESRCH
		}
		return in.s.table.Kill(j.unit.pid, sig)
	}
	pid, err := strconv.Atoi(target)
	if err != nil {
		return syscall.EINVAL
	}
	switch {
	case pid == 0: // the whole group
		for _, j := range jobs {
			in.s.table.Kill(j.unit.pid, sig)
		}
		in.s.main.deliver(sig)
		return nil
	case sig == 0 && pid == in.s.main.pid:
		return nil
	case pid == in.s.main.pid:
		in.s.main.deliver(sig)
		return nil
	}
	return commands.Signal(in.ctx, in.s.p, pid, sig)
}

func (in *invocation) listJobs() error {
	u := in.u
	u.mu.Lock()
	defer u.mu.Unlock()
	out := in.s.view(in.hc).Stdout
	var left []*job
	for i, j := range u.jobs {
		mark, state := ' ', "Running"
		if i == len(u.jobs)-1 {
			mark = '+'
		}
		select {
		case <-j.done:
			if state = "Done"; j.code != 0 {
				state = fmt.Sprintf("Done(%d)", j.code)
			}
		default:
			left = append(left, j)
		}
		if len(in.args) > 0 && in.args[0] == "-p" {
			fmt.Fprintln(out, j.unit.pid)
			continue
		}
		fmt.Fprintf(out, "[%d]%c  %-22s %s\n", j.id, mark, state, j.text)
	}
	u.jobs = left
	return nil
}

func (in *invocation) foreground() error {
	if len(in.args) == 0 {
		in.args = []string{"%%"}
	}
	return in.wait()
}

// background has nothing to do: no job is ever stopped.
func (in *invocation) background() error {
	in.errorf("bg: no stopped job: the embedded engine's shell cannot stop one; the engine kind runs the real shell")
	return status(1)
}
