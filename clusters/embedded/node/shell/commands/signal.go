package commands

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(kill, "kill") }

// signals by their number on Linux: a container is one, wherever the node program runs.
var signals = []struct {
	number int
	name   string
	sig    syscall.Signal
}{
	{1, "HUP", syscall.SIGHUP}, {2, "INT", syscall.SIGINT}, {3, "QUIT", syscall.SIGQUIT}, {6, "ABRT", syscall.SIGABRT},
	{9, "KILL", syscall.SIGKILL}, {10, "USR1", syscall.SIGUSR1}, {12, "USR2", syscall.SIGUSR2}, {13, "PIPE", syscall.SIGPIPE},
	{14, "ALRM", syscall.SIGALRM}, {15, "TERM", syscall.SIGTERM}, {17, "CHLD", syscall.SIGCHLD}, {18, "CONT", syscall.SIGCONT},
	{19, "STOP", syscall.SIGSTOP}, {28, "WINCH", syscall.SIGWINCH},
}

// SignalName is a signal's name without SIG.
func SignalName(sig syscall.Signal) string {
	for _, s := range signals {
		if s.sig == sig {
			return s.name
		}
	}
	return strconv.Itoa(int(sig))
}

// ParseSignal reads a signal's name, with or without SIG, or its number.
func ParseSignal(word string) (syscall.Signal, bool) {
	name := strings.TrimPrefix(strings.ToUpper(word), "SIG")
	for _, s := range signals {
		if s.name == name || strconv.Itoa(s.number) == name {
			return s.sig, true
		}
	}
	return 0, name == "0"
}

// ParseKill reads the arguments of kill. done is true if they asked for a list, which is then printed.
func ParseKill(args []string, out io.Writer) (sig syscall.Signal, targets []string, done bool, err error) {
	sig = syscall.SIGTERM
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		word := args[0][1:]
		args = args[1:]
		switch word {
		case "-":
			return sig, args, false, needTargets(args)
		case "l":
			for _, s := range signals {
				fmt.Fprintf(out, "%2d) %s\n", s.number, s.name)
			}
			return 0, nil, true, nil
		case "s", "n":
			if len(args) == 0 {
				return 0, nil, false, fmt.Errorf("option requires an argument: %s", word)
			}
			word, args = args[0], args[1:]
		}
		found, ok := ParseSignal(word)
		if !ok {
			return 0, nil, false, fmt.Errorf("bad signal name '%s'", word)
		}
		sig = found
	}
	return sig, args, false, needTargets(args)
}

func needTargets(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("you need to specify whom to kill")
	}
	return nil
}

// Signal signals a process of p's container.
func Signal(ctx context.Context, p *program.Process, pid int, sig syscall.Signal) error {
	inner := *p
	_, table := proc.WithTable(ctx, &inner)
	err := table.Kill(pid, sig)
	if err == syscall.ESRCH && p.Kill != nil {
		return p.Kill(pid, sig)
	}
	if err == syscall.ESRCH && p.Processes != nil {
		for _, running := range p.Processes() {
			if running.PID == pid {
				return syscall.EPERM // it runs, and there is no way to it
			}
		}
	}
	return err
}

func kill(c *command) int {
	sig, targets, done, err := ParseKill(c.Args[1:], c.Stdout)
	if err != nil {
		return c.failf("%v", err)
	}
	if done {
		return 0
	}
	code := 0
	for _, target := range targets {
		pid, err := strconv.Atoi(target)
		if err != nil {
			code = c.failf("invalid number '%s'", target)
			continue
		}
		if err := Signal(c.ctx, c.Process, pid, sig); err != nil {
			code = c.failf("can't kill pid %d: %s", pid, proc.Message(err))
		}
	}
	return code
}
