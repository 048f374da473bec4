package commands

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(pgrep, "pgrep", "pidof", "pkill", "killall")
	add(clear, "clear", "reset")
}

// pgrep finds processes by name; pkill and killall signal them.
func pgrep(c *command) int {
	args := c.Args[1:]
	sig := syscall.SIGTERM
	full, list := false, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0][1:]
		args = args[1:]
		if word == "s" && len(args) > 0 && strings.HasSuffix(c.name, "l") {
			word, args = args[0], args[1:]
		}
		found, ok := ParseSignal(word)
		switch {
		case word == "f":
			full = true
		case word == "l" || word == "a":
			list = true
		case word == "x" || word == "s" || word == "q" || word == "o" || word == "n":
		case ok:
			sig = found
		default:
			return c.failf("unrecognized option: %s", word)
		}
	}
	if len(args) == 0 {
		return c.failf("usage: %s NAME", c.name)
	}
	exact := c.name == "pidof" || c.name == "killall"
	expression, err := compile(args[0], true, false)
	if err != nil && !exact {
		return c.failf("bad regex '%s'", args[0])
	}
	code := 1
	var pids []string
	for _, running := range c.Processes() {
		if running.PID == c.PID || len(running.Args) == 0 || !named(running, args[0], expression, exact, full) {
			continue
		}
		code = 0
		switch {
		case strings.HasSuffix(c.name, "kill") || c.name == "killall":
			if err := Signal(c.ctx, c.Process, running.PID, sig); err != nil {
				code = c.failf("can't kill pid %d: %s", running.PID, proc.Message(err))
			}
		case c.name == "pidof":
			pids = append(pids, fmt.Sprint(running.PID))
		case list:
			fmt.Fprintln(c.Stdout, running.PID, strings.Join(running.Args, " "))
		default:
			fmt.Fprintln(c.Stdout, running.PID)
		}
	}
	if len(pids) > 0 {
		fmt.Fprintln(c.Stdout, strings.Join(pids, " "))
	}
	if code == 1 && c.name == "killall" && len(pids) == 0 {
		return c.failf("%s: no process killed", args[0])
	}
	return code
}

func named(running program.Running, name string, expression *regexp.Regexp, exact, full bool) bool {
	base := path.Base(running.Args[0])
	switch {
	case exact:
		return base == name
	case full:
		return expression.MatchString(strings.Join(running.Args, " "))
	}
	return expression.MatchString(base)
}

func clear(c *command) int {
	fmt.Fprint(c.Stdout, "\x1b[H\x1b[J")
	return 0
}
