package shell

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"

	"driftlab/clusters/embedded/node/shell/proc"
)

// maxLine is how long a line read may be.
const maxLine = 1 << 20

// read reads a line from standard input into variables. It is ours because the interpreter's own reads a line without end,
// does not hear signals, and knows neither -t nor -n.
func (in *invocation) read() error {
	o, err := proc.Parse(in.args, "+r s p: t: n: d: a: e N: u:")
	if err != nil {
		in.errorf("read: %v", err)
		return status(2)
	}
	for _, name := range append(o.Args, o.All("a")...) {
		if !validName(name) {
			in.errorf("read: %s: bad variable name", name)
			return status(2)
		}
	}
	if o.Has("u") {
		in.errorf("read: -u: not supported by the embedded engine's shell")
		return status(2)
	}
	if o.Has("p") {
		fmt.Fprint(in.hc.Stderr, o.Value("p"))
	}
	if o.Has("s") && in.s.tty != nil {
		defer in.s.tty.hide()()
	}
	line, ended, err := in.readBytes(o)
	if err != nil {
		return err
	}
	if in.u.interrupted() && in.u.runner == runnerOf(in.hc) {
		if err := in.runPending(); err != nil {
			return err
		}
		return status(128 + int(syscall.SIGTERM))
	}
	if err := in.assign(o, strings.ReplaceAll(line, "\x00", "")); err != nil {
		return err
	}
	if ended {
		return status(1)
	}
	return nil
}

// readBytes reads up to the delimiter. ended is true if the input, or the time, ended before.
func (in *invocation) readBytes(o proc.Options) (line string, ended bool, err error) {
	f, ok := in.hc.Stdin.(*os.File)
	if !ok || f == nil {
		return "", true, nil
	}
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	if o.Has("t") {
		seconds, err := strconv.ParseFloat(o.Value("t"), 64)
		if err != nil {
			in.errorf("read: %s: invalid timeout", o.Value("t"))
			return "", false, interp.ExitStatus(2)
		}
		timed, stop := context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
		defer stop()
		ctx = timed
	}
	watched := make(chan struct{})
	go func() { // the reading is interrupted by a deadline: a pipe knows no ctx
		defer close(watched)
		select {
		case <-ctx.Done():
		case <-in.u.wake:
			select {
			case in.u.wake <- struct{}{}: // runPending takes it
			default:
			}
		}
		f.SetReadDeadline(time.Unix(1, 0))
	}()
	defer func() {
		cancel()
		<-watched
		f.SetReadDeadline(time.Time{})
	}()
	delimiter := byte('\n')
	if o.Has("d") {
		delimiter = 0
		if d := o.Value("d"); d != "" {
			delimiter = d[0]
		}
	}
	most := maxLine
	if n, err := strconv.Atoi(o.Value("n") + o.Value("N")); err == nil {
		most = min(n, maxLine)
	}
	var text []byte
	escaped := false
	for len(text) < most {
		var b [1]byte
		n, err := f.Read(b[:])
		if in.ctx.Err() != nil {
			return "", true, in.ctx.Err()
		}
		if n == 0 || err != nil {
			return string(text), true, nil
		}
		switch {
		case b[0] == delimiter && !escaped:
			return string(text), false, nil
		case b[0] == '\n' && escaped && !o.Has("r"):
			text = text[:len(text)-1]
			escaped = false
			continue
		}
		escaped = b[0] == '\\' && !escaped && !o.Has("r")
		text = append(text, b[0])
	}
	return string(text), false, nil
}

// assign splits a line by IFS and sets the variables, in the shell that called.
func (in *invocation) assign(o proc.Options, line string) error {
	config := &expand.Config{Env: in.hc.Env}
	raw := o.Has("r")
	if o.Has("a") {
		var list []string
		for _, field := range expand.ReadFields(config, line, -1, raw) {
			list = append(list, quoteArgs([]string{field}))
		}
		return in.native("eval", o.Value("a")+"=("+strings.Join(list, " ")+")")
	}
	names := o.Args
	if len(names) == 0 {
		if !raw {
			line = unescape(line)
		}
		return in.native("eval", "REPLY="+quoteArgs([]string{line}))
	}
	values := expand.ReadFields(config, line, len(names), raw)
	var script []string
	for i, name := range names {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		script = append(script, name+"="+quoteArgs([]string{value}))
	}
	return in.native("eval", strings.Join(script, "\n"))
}

func unescape(line string) string {
	var out strings.Builder
	escaped := false
	for i := range len(line) {
		if line[i] == '\\' && !escaped {
			escaped = true
			continue
		}
		out.WriteByte(line[i])
		escaped = false
	}
	return out.String()
}
