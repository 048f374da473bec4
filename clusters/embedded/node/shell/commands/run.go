package commands

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(env, "env")
	add(printenv, "printenv")
	add(xargs, "xargs")
	add(timeout, "timeout")
	add(timeCommand, "time")
	add(wrap, "nohup", "nice", "setsid", "stdbuf", "ionice")
	add(watch, "watch")
	add(sleep, "sleep", "usleep")
}

func env(c *command) int {
	args := c.Args[1:]
	child := *c.Process
	for len(args) > 0 {
		name, _, assigns := strings.Cut(args[0], "=")
		switch {
		case args[0] == "-i" || args[0] == "-":
			child.Env = nil
		case args[0] == "-u" && len(args) > 1:
			args = args[1:]
			child.Env = slices.DeleteFunc(slices.Clone(child.Env), func(e string) bool { return strings.HasPrefix(e, args[0]+"=") })
		case assigns && name != "":
			child.Env = proc.Setenv(child.Env, name, args[0][len(name)+1:])
		default:
			return proc.Start(c.ctx, &child, args)
		}
		args = args[1:]
	}
	for _, entry := range child.Env {
		fmt.Fprintln(c.Stdout, entry)
	}
	return 0
}

func printenv(c *command) int {
	if len(c.Args) == 1 {
		return env(c)
	}
	code := 0
	for _, name := range c.Args[1:] {
		if value, set := proc.Getenv(c.Process, name); set {
			fmt.Fprintln(c.Stdout, value)
		} else {
			code = 1
		}
	}
	return code
}

func xargs(c *command) int {
	o, err := proc.Parse(c.Args[1:], "+n: L: I: 0 r=no-run-if-empty t P: d: p x")
	if err != nil {
		return c.failf("%v", err)
	}
	args := o.Args
	if len(args) == 0 {
		args = []string{"echo"}
	}
	items, err := c.items(o)
	if err != nil {
		return c.failf("%s", proc.Message(err))
	}
	most := 1000
	for _, flag := range []string{"n", "L"} {
		if o.Has(flag) {
			if most, err = strconv.Atoi(o.Value(flag)); err != nil || most < 1 {
				return c.failf("invalid number '%s'", o.Value(flag))
			}
		}
	}
	if len(items) == 0 && (o.Has("r") || o.Has("I")) {
		return 0
	}
	code := 0
	for first := true; first || len(items) > 0; first = false {
		line := slices.Clone(args)
		if o.Has("I") {
			for i := range line {
				line[i] = strings.ReplaceAll(line[i], o.Value("I"), items[0])
			}
			items = items[1:]
		} else {
			n := min(most, len(items))
			line = append(line, items[:n]...)
			items = items[n:]
		}
		if o.Has("t") {
			fmt.Fprintln(c.Stderr, strings.Join(line, " "))
		}
		inner := *c.Process
		inner.Stdin = strings.NewReader("")
		switch got := proc.Start(c.ctx, &inner, line); {
		case got == proc.ExitNotFound || got == proc.ExitCannotRun:
			return got
		case got == 255:
			return 124
		case got != 0:
			code = 123
		}
		if c.ctx.Err() != nil {
			return proc.ExitKilled
		}
	}
	return code
}

// items splits standard input for xargs.
func (c *command) items(o proc.Options) ([]string, error) {
	data, err := io.ReadAll(io.LimitReader(c.Stdin, proc.MaxMemory))
	if err != nil {
		return nil, err
	}
	text := string(data)
	var items []string
	switch {
	case o.Has("0") || o.Has("d"):
		separator := "\x00"
		if o.Has("d") {
			separator, _ = unescape(o.Value("d"), false)
		}
		items = strings.Split(strings.TrimSuffix(text, separator), separator)
		if text == "" {
			items = nil
		}
		return items, nil
	case o.Has("I"):
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				items = append(items, line)
			}
		}
		return items, nil
	}
	in := bufio.NewReader(strings.NewReader(text))
	var item strings.Builder
	started := false
	var quote byte
	for {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			if quote != 0 {
				return nil, errors.New("unmatched quote")
			}
			if started {
				items = append(items, item.String())
			}
			return items, nil
		case quote != 0 && b == quote:
			quote = 0
		case quote != 0:
			item.WriteByte(b)
		case b == '\'' || b == '"':
			quote, started = b, true
		case b == '\\':
			b, _ = in.ReadByte()
			item.WriteByte(b)
			started = true
		case b == ' ' || b == '\t' || b == '\n':
			if started {
				items = append(items, item.String())
			}
			item.Reset()
			started = false
		default:
			item.WriteByte(b)
			started = true
		}
	}
}

// duration reads "5", "0.5", "2m", "1h", "1d", "infinity".
func duration(word string) (time.Duration, bool) {
	if word == "infinity" || word == "inf" {
		return 1<<63 - 1, true
	}
	unit := time.Second
	if n := len(word); n > 0 {
		if u, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[word[n-1]]; ok {
			unit, word = u, word[:n-1]
		}
	}
	n, err := strconv.ParseFloat(word, 64)
	if err != nil || n < 0 || n != n {
		return 0, false
	}
	if n*float64(unit) > float64(1<<62) {
		return 1<<63 - 1, true
	}
	return time.Duration(n * float64(unit)), true
}

func sleep(c *command) int {
	if len(c.Args) < 2 {
		return c.failf("missing operand")
	}
	var total time.Duration
	for _, word := range c.Args[1:] {
		d, ok := duration(word)
		if !ok {
			return c.failf("invalid number '%s'", word)
		}
		if c.name == "usleep" {
			d /= 1e6
		}
		if total += d; total < 0 {
			total = 1<<63 - 1
		}
	}
	timer := time.NewTimer(total)
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0
	case <-c.ctx.Done():
		return proc.ExitKilled
	}
}

// exitTimeout is how coreutils says that a command was ended. BusyBox says 143, but scripts look for this.
const exitTimeout = 124

func timeout(c *command) int {
	o, err := proc.Parse(c.Args[1:], "+s=signal: k=kill-after: t: preserve-status foreground v")
	if err != nil {
		return c.failf("%v", err)
	}
	args := o.Args
	word := o.Value("t")
	if word == "" && len(args) > 0 {
		word, args = args[0], args[1:]
	}
	limit, ok := duration(word)
	if !ok || len(args) == 0 {
		return c.failf("usage: timeout [-s SIG] SECS PROG ARGS")
	}
	if limit == 0 {
		return c.run(args)
	}
	sig := syscall.SIGTERM
	if o.Has("s") {
		if sig, ok = ParseSignal(o.Value("s")); !ok {
			return c.failf("bad signal name '%s'", o.Value("s"))
		}
	}
	grace, graced := duration(o.Value("k"))
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	ctx, table := proc.WithTable(ctx, c.Process)
	run, full, err := proc.Find(c.Process, args)
	if err != nil {
		return proc.Cannot(c.Process, c.name, args[0], err)
	}
	inner, pid, signals, leave, err := table.Enter(ctx, full)
	if err != nil {
		return c.failf("can't fork: %s", proc.Message(err))
	}
	defer leave()
	child := *c.Process
	child.Args, child.PID, child.Signals = full, pid, signals
	done := make(chan int, 1)
	go func() { done <- proc.Guard(inner, run, &child) }()
	expired := false
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case code := <-done:
			if expired && !o.Has("preserve-status") {
				if sig == syscall.SIGKILL {
					return proc.ExitKilled
				}
				return exitTimeout
			}
			return code
		case <-timer.C:
			if expired {
				table.Kill(pid, syscall.SIGKILL)
				continue
			}
			expired = true
			table.Kill(pid, sig)
			if graced {
				timer.Reset(grace)
			}
		case <-c.ctx.Done():
			return proc.ExitKilled
		}
	}
}

func timeCommand(c *command) int {
	args := c.Args[1:]
	for len(args) > 0 && args[0] == "-p" {
		args = args[1:]
	}
	begin := time.Now()
	code := 0
	if len(args) > 0 {
		code = c.run(args)
	}
	took := time.Since(begin)
	fmt.Fprintf(c.Stderr, "real\t%dm %.2fs\nuser\t0m 0.00s\nsys\t0m 0.00s\n", int(took.Minutes()), took.Seconds()-60*float64(int(took.Minutes())))
	return code
}

// wrap is for commands that change how a kernel treats the command that follows: here nothing changes for it.
func wrap(c *command) int {
	args := c.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if (args[0] == "-n" || args[0] == "-c") && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return c.failf("usage: %s PROG ARGS", c.name)
	}
	return c.run(args)
}

func watch(c *command) int {
	o, err := proc.Parse(c.Args[1:], "+n: t d")
	if err != nil {
		return c.failf("%v", err)
	}
	every := 2 * time.Second
	if o.Has("n") {
		d, ok := duration(o.Value("n"))
		if !ok {
			return c.failf("invalid number '%s'", o.Value("n"))
		}
		every = max(d, 100*time.Millisecond)
	}
	if len(o.Args) == 0 {
		return c.failf("usage: watch [-n SEC] [-t] PROG ARGS")
	}
	line := strings.Join(o.Args, " ")
	for {
		fmt.Fprint(c.Stdout, "\x1b[H\x1b[J")
		if !o.Has("t") {
			fmt.Fprintf(c.Stdout, "Every %.1fs: %s\n\n", every.Seconds(), line)
		}
		c.run([]string{"sh", "-c", line})
		select {
		case <-time.After(every):
		case <-c.ctx.Done():
			return proc.ExitKilled
		}
	}
}
