package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

const (
	// maxFrames bounds the Go stack of a script that recurses: Go ends the whole process when a stack overflows.
	maxFrames = 6000
	// maxArguments is how many bytes one command line may hold; a function's is less, as each call keeps its own.
	maxArguments         = 2 << 20
	maxFunctionArguments = 128 << 10
	// maxFunctions is how many functions a shell may declare.
	maxFunctions = 5000
	// maxSubstitution is how many bytes of output $(...) may hold.
	maxSubstitution = 8 << 20
)

var (
	errTooDeep = errors.New("too many nested calls")
	errMemory  = errors.New("out of memory: the embedded engine's shell holds little; the engine kind holds more")
)

// call is asked before every simple command: here a script may be stopped, and our builtins take the place of others.
func (s *shell) call(ctx context.Context, args []string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	hc := interp.HandlerCtx(ctx)
	u := unitOf(ctx)
	if runtime.Callers(maxFrames, make([]uintptr, 1)) > 0 {
		fmt.Fprintf(hc.Stderr, "%s: too many nested calls\n", s.name())
		return nil, errTooDeep
	}
	if err := s.checkMemory(ctx, hc, u, args); err != nil {
		return nil, err
	}
	if len(args) > 1 && args[0] == "unset" {
		args = renameFunctions(args)
	}
	if ours(args[0]) {
		args = append([]string{fnPrefix + args[0]}, args[1:]...)
	}
	if u.interrupted() && runnerOf(hc) == u.runner {
		if handlers := u.take(); handlers != "" {
			// The interpreter runs the handlers in this very shell, then the command that was due.
			return []string{fnPrefix + s.token, wrapTrap(s, hc, handlers) + "\n" + quoteArgs(args)}, nil
		}
	}
	return args, nil
}

// wrapTrap sends what a handler prints to the shell's own streams, not to where the command that was due is redirected.
func wrapTrap(s *shell, hc interp.HandlerContext, handlers string) string {
	if hc.Stdout == s.p.Stdout || s.interactive {
		return handlers
	}
	return "{ " + handlers + "\n} >" + s.hook("out", 1)
}

func quoteArgs(args []string) string {
	var list []string
	for _, arg := range args {
		q, err := syntax.Quote(strings.ReplaceAll(arg, "\x00", ""), syntax.LangBash)
		if err != nil {
			q = "''"
		}
		list = append(list, q)
	}
	return strings.Join(list, " ")
}

// checkMemory fails if a command line, the variables or the output of a $(...) have grown too large.
func (s *shell) checkMemory(ctx context.Context, hc interp.HandlerContext, u *unit, args []string) error {
	size := 0
	for _, arg := range args {
		size += len(arg) + 1
	}
	limit := maxArguments
	if runnerOf(hc).Funcs[args[0]] != nil {
		limit = maxFunctionArguments
	}
	if u.calls++; u.calls%64 == 0 {
		runtime.Gosched()
		if sum, _ := variables(hc.Env); sum > maxVariables || len(runnerOf(hc).Funcs) > maxFunctions {
			size = limit + 1
		}
	}
	if out, ok := hc.Stdout.(interface{ Len() int }); ok && out.Len() > maxSubstitution {
		size = limit + 1
	}
	if size > limit {
		return s.outOfMemory(hc)
	}
	return nil
}

func (s *shell) outOfMemory(hc interp.HandlerContext) error {
	fmt.Fprintf(hc.Stderr, "%s: %v\n", s.name(), errMemory)
	return errMemory
}

// variables adds up the bytes of all variables, and finds those of the largest.
func variables(env expand.Environ) (sum, largest int) {
	for name, v := range env.Each {
		size := len(name) + len(v.Str)
		for _, item := range v.List {
			size += len(item) + 16
		}
		for key, item := range v.Map {
			size += len(key) + len(item) + 32
		}
		sum, largest = sum+size, max(largest, size)
	}
	return sum, largest
}

// view is the shell's process as a command at this point of the script sees it.
func (s *shell) view(hc interp.HandlerContext) *program.Process {
	p := *s.p
	p.Dir = hc.Dir
	p.Stdin, p.Stdout, p.Stderr = hc.Stdin, hc.Stdout, hc.Stderr
	if p.Stdin == nil {
		p.Stdin = strings.NewReader("")
	}
	if out, ok := p.Stdout.(interface {
		io.Writer
		Len() int
	}); ok {
		p.Stdout = bounded{out}
	}
	p.TTY = s.p.TTY && hc.Stdout == s.p.Stdout
	return &p
}

// bounded is the output of a $(...).
type bounded struct {
	w interface {
		io.Writer
		Len() int
	}
}

func (b bounded) Write(data []byte) (int, error) {
	if b.w.Len()+len(data) > maxSubstitution {
		return 0, syscall.EPIPE // ends whoever writes
	}
	return b.w.Write(data)
}

// open opens files for redirections, for source, and for hooks. An input is always a file of the operating system: the
// interpreter would copy any other in a goroutine that nobody stops.
func (s *shell) open(ctx context.Context, name string, flag int, perm fs.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	if op, arg, ok := s.hooked(name); ok {
		return s.openHook(ctx, hc, op, arg)
	}
	view := s.view(hc)
	if sourced, ok := strings.CutPrefix(name, nowhere); ok {
		data, err := proc.ReadFile(view, sourced)
		if err != nil {
			return nil, err
		}
		src, err := s.rewriteText(string(data))
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: sourced, Err: err}
		}
		return piped(strings.NewReader(src))
	}
	f, err := proc.Open(view, name, flag, perm)
	if err != nil {
		what := s.name() + ": can't open"
		if flag&os.O_CREATE != 0 {
			what = s.name() + ": can't create"
		}
		if s.bash {
			what = s.name() + ":"
		}
		return nil, &fs.PathError{Op: what, Path: name, Err: errors.New(proc.Message(err))}
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		return f, nil
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, &fs.PathError{Op: s.name() + ": can't open", Path: name, Err: errors.New(proc.Message(syscall.EISDIR))}
	}
	return piped(f)
}

// piped makes a pipe's end of a reader.
func piped(in io.Reader) (io.ReadWriteCloser, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: "pipe", Err: err}
	}
	go func() {
		io.Copy(w, in) // ends when the other end is closed
		w.Close()
		if c, ok := in.(io.Closer); ok {
			c.Close()
		}
	}()
	return r, nil
}

func (s *shell) openHook(ctx context.Context, hc interp.HandlerContext, op, arg string) (io.ReadWriteCloser, error) {
	switch op {
	case hookMem:
		uses := 0
		fmt.Sscanf(arg, "%d", &uses)
		sum, largest := variables(hc.Env)
		for _, param := range runnerOf(hc).Params {
			largest = max(largest, len(param))
		}
		if strings.HasSuffix(arg, "s") {
			uses *= max(largest, 1)
		}
		if sum > maxVariables || largest*uses > maxExpansion {
			return nil, errMemory // the interpreter prints it
		}
		return nothing{}, nil
	case hookJob:
		found, ok := s.registered(arg)
		if !ok {
			break
		}
		return s.startHook(ctx, hc, found)
	case "out":
		return kept{s.p.Stdout}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: op, Err: syscall.ENOENT}
}

// startHook starts a job and answers its PID. A real shell reads the output of $(...) until every job in it that writes there
// has ended.
func (s *shell) startHook(ctx context.Context, hc interp.HandlerContext, found hookedStmt) (io.ReadWriteCloser, error) {
	_, substituted := hc.Stdout.(interface{ Len() int })
	redirected := false
	for _, redir := range found.st.Redirs {
		redirected = redirected || redir.Op != syntax.RdrIn && (redir.N == nil || redir.N.Value == "1")
	}
	if substituted && redirected {
		hc.Stdout = io.Discard // nothing goes there, and it may be gone while the job runs
	}
	j, err := s.start(unitOf(ctx), hc, found.st, found.text)
	if err != nil {
		fmt.Fprintf(hc.Stderr, "%s: can't fork: %s\n", s.name(), proc.Message(err))
		return answer(""), nil
	}
	if substituted && !redirected {
		select {
		case <-j.done:
		case <-ctx.Done():
		}
	}
	return answer(fmt.Sprint(j.unit.pid)), nil
}

// readDir lists a folder for "*".
func (s *shell) readDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	return s.p.Files.ReadDir(proc.Abs(s.view(interp.HandlerCtx(ctx)), name))
}

func (s *shell) stat(ctx context.Context, name string, follow bool) (fs.FileInfo, error) {
	hc := interp.HandlerCtx(ctx)
	if op, arg, ok := s.hooked(name); ok {
		if op == hookTTY && s.p.TTY && (arg == "0" || arg == "1" && hc.Stdout == s.p.Stdout || arg == "2" && hc.Stderr == s.p.Stderr) {
			return s.p.Files.Stat("/")
		}
		found, known := s.registered(arg)
		if op != hookRun || !known || !s.pipeLeft(ctx, hc, found.st) {
			return nil, &fs.PathError{Op: "stat", Path: op, Err: syscall.ENOENT}
		}
		return s.p.Files.Stat("/")
	}
	return proc.Stat(s.view(hc), name, follow)
}

// pipeLeft runs the left side of a pipe and reports whether it succeeded.
func (s *shell) pipeLeft(ctx context.Context, hc interp.HandlerContext, st *syntax.Stmt) bool {
	ctx, _, _, leave, err := s.table.Enter(ctx, []string{s.name()})
	if err != nil {
		fmt.Fprintf(hc.Stderr, "%s: can't fork: %s\n", s.name(), proc.Message(err))
		return false
	}
	defer leave()
	sub := runnerOf(hc).Subshell()
	outer := unitOf(ctx)
	u := newUnit(s, sub, outer.pid, outer.cancel)
	return u.guard(func() int { return u.run(withUnit(ctx, u), st) }) == 0
}

func (s *shell) access(ctx context.Context, name string, mode interp.AccessMode) error {
	hc := interp.HandlerCtx(ctx)
	return proc.Access(s.view(hc), name, mode&interp.AccessWrite != 0, mode&interp.AccessExec != 0)
}

// answer is what a hook says.
func answer(text string) io.ReadWriteCloser { return &said{Reader: strings.NewReader(text)} }

type said struct{ *strings.Reader }

func (*said) Write([]byte) (int, error) { return 0, syscall.EBADF }
func (*said) Close() error              { return nil }

// nothing is an empty answer.
type nothing struct{}

func (nothing) Read([]byte) (int, error)  { return 0, io.EOF }
func (nothing) Write([]byte) (int, error) { return 0, syscall.EBADF }
func (nothing) Close() error              { return nil }

// kept is a stream of the shell that a redirection must not close.
type kept struct{ io.Writer }

func (kept) Read([]byte) (int, error) { return 0, syscall.EBADF }
func (kept) Close() error             { return nil }
