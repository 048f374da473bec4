package shell

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

// shell is one run of Program.
type shell struct {
	p      *program.Process
	bash   bool
	table  *proc.Table
	env    *environ
	token  string
	main   *unit
	ctx    context.Context
	cancel context.CancelCauseFunc

	interactive bool
	exiting     bool // did the last statement at the prompt end the shell?
	tty         *tty // nil without a terminal

	mu        sync.Mutex
	registry  []hookedStmt
	rewritten map[string]string // by its text: what eval gets again and again is registered once
}

// Program is sh, ash, dash and bash.
func Program(ctx context.Context, p *program.Process) int {
	process := *p
	if process.Stderr == nil { // a terminal has one stream
		process.Stderr = process.Stdout
	}
	ctx, table := proc.WithTable(ctx, &process)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	token := make([]byte, 16)
	rand.Read(token)
	s := &shell{p: &process, bash: isBash(p), table: table, token: hex.EncodeToString(token), ctx: ctx, cancel: cancel}
	if s.p.Dir == "" {
		s.p.Dir = "/"
	}
	started, err := parseFlags(p.Args)
	if err != nil {
		fmt.Fprintf(process.Stderr, "%s: %v\n", s.name(), err)
		return 2
	}
	out := &sync.Mutex{}
	stdout, stderr := process.Stdout, process.Stderr
	if p.TTY {
		stdout, stderr = proc.Terminal{W: stdout}, proc.Terminal{W: stderr}
	}
	process.Stdout, process.Stderr = &locked{mu: out, w: stdout}, &locked{mu: out, w: stderr}
	return s.run(started)
}

// name is what the shell calls itself in messages.
func (s *shell) name() string { return path.Base(strings.TrimPrefix(s.p.Args[0], "-")) }

// flags are a shell's command line.
type flags struct {
	command     string
	hasCommand  bool
	stdin       bool
	interactive bool
	exiting     bool     // did the last statement at the prompt end the shell?
	options     []string // for the interpreter: -e, -o pipefail
	args        []string // $0 and the rest after -c, else the script and the rest
}

func parseFlags(args []string) (flags, error) {
	var f flags
	rest := args[1:]
	for len(rest) > 0 && len(rest[0]) > 1 && (rest[0][0] == '-' || rest[0][0] == '+') {
		arg := rest[0]
		rest = rest[1:]
		if arg == "--" {
			break
		}
		if arg == "--login" || arg == "--norc" || arg == "--noprofile" || arg == "--posix" {
			continue
		}
		for _, letter := range arg[1:] {
			switch letter {
			case 'c':
				f.hasCommand = true
			case 's':
				f.stdin = true
			case 'i':
				f.interactive = true
			case 'l', 'm', 'h', 'B', 'b', 'v':
			case 'e', 'u', 'x', 'n', 'f', 'a':
				f.options = append(f.options, arg[:1]+string(letter))
			case 'o':
				if len(rest) == 0 {
					return f, errors.New("-o requires an argument")
				}
				f.options = append(f.options, arg[:1]+"o", rest[0])
				rest = rest[1:]
			default:
				return f, fmt.Errorf("invalid option: '%s'", arg)
			}
		}
	}
	if f.hasCommand {
		if len(rest) == 0 {
			return f, errors.New("-c requires an argument")
		}
		f.command, rest = rest[0], rest[1:]
	}
	f.args = rest
	return f, nil
}

// run runs what the command line names.
func (s *shell) run(f flags) int {
	zero, params := s.p.Args[0], f.args
	if len(f.args) > 0 && !f.stdin {
		zero, params = f.args[0], f.args[1:]
	}
	script := f.command
	switch {
	case f.hasCommand:
	case len(f.args) > 0 && !f.stdin:
		data, err := proc.ReadFile(s.p, f.args[0])
		if err != nil {
			fmt.Fprintf(s.p.Stderr, "%s: can't open '%s': %s\n", s.name(), f.args[0], proc.Message(err))
			if errors.Is(err, syscall.ENOENT) {
				return proc.ExitNotFound
			}
			return proc.ExitCannotRun
		}
		script = string(data)
	default:
		s.interactive = s.p.TTY
	}
	if s.interactive {
		s.tty = newTTY(s)
	}
	stdin, closeStdin, err := s.stdin()
	if err != nil {
		fmt.Fprintf(s.p.Stderr, "%s: %s\n", s.name(), proc.Message(err))
		return 2
	}
	defer closeStdin()
	s.env = newEnviron(s.p, zero)
	runner, err := s.newRunner(stdin, append(f.options, append([]string{"--"}, params...)...))
	if err != nil {
		fmt.Fprintf(s.p.Stderr, "%s: %v\n", s.name(), err)
		return 2
	}
	s.main = newUnit(s, runner, max(s.p.PID, 1), s.cancel)
	s.main.first = s.p.PID == 1
	ctx := withUnit(s.ctx, s.main)
	go s.main.listen(ctx, s.p.Signals)
	// The script runs apart: whatever it is stuck in, a canceled ctx ends the shell at once.
	done := make(chan int, 1)
	go func() {
		done <- s.main.guard(func() int {
			switch {
			case s.interactive:
				return s.interact(ctx)
			case f.hasCommand || len(f.args) > 0 && !f.stdin:
				return s.script(ctx, script, zero, f.hasCommand)
			}
			return s.lines(ctx, stdin, zero)
		})
	}()
	select {
	case code := <-done:
		return code
	case <-s.ctx.Done():
	}
	if sig, ok := proc.Killed(s.ctx); ok {
		return 128 + int(sig)
	}
	return proc.ExitKilled
}

// stdin makes a file of the process's standard input, which the interpreter insists on: a script and the programs that it
// starts share one.
func (s *shell) stdin() (*os.File, func(), error) {
	if s.tty != nil {
		return nil, func() {}, nil // every command gets its own
	}
	if f, ok := s.p.Stdin.(*os.File); ok {
		return f, func() {}, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	go func() {
		io.Copy(w, s.p.Stdin)
		w.Close()
	}()
	return r, func() { r.Close() }, nil
}

func (s *shell) newRunner(stdin *os.File, params []string) (*interp.Runner, error) {
	var in io.Reader
	if stdin != nil {
		in = stdin
	}
	runner, err := interp.New(
		interp.Env(s.env),
		interp.Dir("/"), // looked up on the host, where it always exists; the container's folder follows
		interp.Params(params...),
		interp.StdIO(in, s.p.Stdout, s.p.Stderr),
		interp.CallHandler(s.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open),
		interp.ReadDirHandler2(s.readDir),
		interp.StatHandler(s.stat),
		interp.AccessHandler(s.access),
	)
	if err != nil {
		return nil, err
	}
	runner.Dir = s.p.Dir
	if s.interactive {
		interp.Interactive(true)(runner)
	}
	s.env.starting = true
	runner.Reset()
	s.env.starting = false
	return runner, nil
}

// script runs a whole script.
func (s *shell) script(ctx context.Context, src, name string, command bool) int {
	file, err := s.parse(src, name)
	if err != nil {
		return s.syntaxError(err)
	}
	if command && len(file.Stmts) > 0 {
		last := file.Stmts[len(file.Stmts)-1]
		if call, ok := last.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 && !last.Negated {
			s.main.single = call.Args[0].Pos()
		}
	}
	return s.main.finish(ctx, s.main.run(ctx, file))
}

// lines runs a script that comes line by line. What follows a command is left for the command to read.
func (s *shell) lines(ctx context.Context, stdin io.Reader, name string) int {
	code := 0
	var src strings.Builder
	for ctx.Err() == nil {
		line, err := readLine(stdin)
		src.WriteString(line)
		if err != nil && src.Len() == 0 {
			break
		}
		if src.Len() > maxScript {
			return s.syntaxError(errScriptTooLong)
		}
		file, parseErr := s.parse(src.String(), name)
		if parseErr != nil {
			if err == nil && syntax.IsIncomplete(parseErr) {
				continue
			}
			return s.main.finish(ctx, s.syntaxError(parseErr))
		}
		src.Reset()
		for _, st := range file.Stmts {
			code = s.main.run(ctx, st)
			if s.main.runner.Exited() {
				return s.main.finish(ctx, code)
			}
		}
		if err != nil {
			break
		}
	}
	return s.main.finish(ctx, code)
}

// readLine reads a line byte by byte, and no byte further.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) <= maxScript {
		n, err := r.Read(b[:])
		if n > 0 {
			line = append(line, b[0])
			if b[0] == '\n' {
				return string(line), nil
			}
		}
		if err != nil {
			return string(line), err
		}
	}
	return string(line), nil
}

func (s *shell) syntaxError(err error) int {
	var mistake syntax.ParseError
	if errors.As(err, &mistake) {
		fmt.Fprintf(s.p.Stderr, "%s: line %d: syntax error: %s\n", s.name(), mistake.Pos.Line(), mistake.Text)
	} else {
		fmt.Fprintf(s.p.Stderr, "%s: %v\n", s.name(), err)
	}
	return 2
}

// locked is a stream that the jobs of a shell write to at the same time.
type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
