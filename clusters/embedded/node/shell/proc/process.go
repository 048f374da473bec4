package proc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"driftlab/clusters/embedded/node/program"
)

// Exit codes that shells and signals give.
const (
	ExitCannotRun = 126
	ExitNotFound  = 127
	ExitKilled    = 128 + int(syscall.SIGKILL)
	ExitPipe      = 128 + int(syscall.SIGPIPE)
	ExitSegv      = 128 + int(syscall.SIGSEGV)
)

// Default gives a simple command what a kernel gives a process: it ends at once when ctx is done, on a signal that has no
// handler (unless it is the first process), when it writes to a pipe that nobody reads, and when it crashes.
func Default(run program.Program) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		child := *p
		if child.Stderr == nil { // a terminal has one stream
			child.Stderr = child.Stdout
		}
		broken := make(chan struct{})
		once := sync.OnceFunc(func() { close(broken) })
		child.Stdin = gateReader{ctx, p.Stdin}
		child.Stdout = terminal(p, gateWriter{ctx, p.Stdout, once})
		child.Stderr = terminal(p, gateWriter{ctx, child.Stderr, once})
		done := make(chan int, 1)
		go func() { done <- Guard(ctx, run, &child) }()
		for {
			select {
			case code := <-done:
				return code
			case <-broken:
				return ExitPipe
			case <-ctx.Done():
				return ExitKilled
			case sig, ok := <-child.Signals:
				if !ok {
					child.Signals = nil
				} else if p.PID != 1 && Deadly(sig) {
					return 128 + int(sig)
				}
			}
		}
	}
}

// Guard runs a program and turns a crash of it into the exit code of one.
func Guard(ctx context.Context, run program.Program, p *program.Process) (code int) {
	defer func() {
		if crash := recover(); crash != nil {
			fmt.Fprintf(p.Stderr, "%s: Segmentation fault (%v)\n", p.Args[0], crash)
			code = ExitSegv
		}
	}()
	return run(ctx, p)
}

// Deadly reports whether a process without a handler ends on sig.
func Deadly(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGCHLD, syscall.SIGCONT, syscall.SIGURG, syscall.SIGWINCH:
		return false
	}
	return true
}

// gateReader and gateWriter end the use of streams by a program that was ended: its goroutine may still run for a moment.
type gateReader struct {
	ctx context.Context
	io.Reader
}

func (g gateReader) Read(b []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	return g.Reader.Read(b)
}

type gateWriter struct {
	ctx    context.Context
	w      io.Writer
	broken func()
}

func (g gateWriter) Write(b []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := g.w.Write(b)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		g.broken()
	}
	return n, err
}

// Terminal translates "\n" to "\r\n", as a terminal's driver does.
type Terminal struct{ W io.Writer }

func (t Terminal) Write(b []byte) (int, error) {
	text := bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	if _, err := t.W.Write(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// terminal makes a terminal of the stream of a process on one. The translation may be done twice: it then changes nothing.
func terminal(p *program.Process, w io.Writer) io.Writer {
	if p.TTY {
		return Terminal{w}
	}
	return w
}

// Find finds the program that a command line starts: one of the image, or a script of the container's file tree. The returned
// arguments are those that it gets. The error is an errno: ENOENT, EACCES or ENOEXEC.
func Find(p *program.Process, args []string) (program.Program, []string, error) {
	if strings.Contains(args[0], "/") {
		return find(p, Abs(p, args[0]), args, 0)
	}
	var firstErr error = syscall.ENOENT
	for _, dir := range searchPath(p) {
		run, full, err := find(p, path.Join(Abs(p, dir), args[0]), args, 0)
		if err == nil {
			return run, full, nil
		}
		if !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ENOTDIR) {
			firstErr = err
		}
	}
	if run := lookup(p, args[0]); run != nil {
		return run, args, nil
	}
	return nil, nil, firstErr
}

// Which says where a command is found in PATH; "" if it is not.
func Which(p *program.Process, name string) string {
	if strings.Contains(name, "/") {
		if _, _, err := find(p, Abs(p, name), []string{name}, 0); err == nil {
			return name
		}
		return ""
	}
	dirs := searchPath(p)
	for _, dir := range dirs {
		at := path.Join(Abs(p, dir), name)
		if info, err := p.Files.Stat(at); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return at
		}
	}
	// A program of the catalogue may be no file: then it is where such programs usually are.
	for _, dir := range append([]string{"/bin", "/usr/bin"}, dirs...) {
		if at := path.Join(Abs(p, dir), name); slices.Contains(dirs, dir) && lookup(p, at) != nil {
			return at
		}
	}
	return ""
}

func searchPath(p *program.Process) []string {
	list, set := Getenv(p, "PATH")
	if !set {
		list = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	return strings.Split(list, ":")
}

func lookup(p *program.Process, name string) program.Program {
	if p.Lookup == nil {
		return nil
	}
	return p.Lookup(name)
}

// find takes an absolute path. A script's interpreter may be a script itself, as on Linux up to a depth of 4.
func find(p *program.Process, at string, args []string, depth int) (program.Program, []string, error) {
	info, err := p.Files.Stat(at)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 == 0 {
		return nil, nil, syscall.EACCES
	}
	if err == nil && info.IsDir() {
		return nil, nil, syscall.EACCES
	}
	if run := lookup(p, at); run != nil {
		return run, args, nil
	}
	if err != nil {
		return nil, nil, errno(err)
	}
	// A link to a program of the image, /bin/ls -> busybox, is that program under the link's name.
	if real, err := p.Files.Resolve(at); err == nil && real != at {
		if run := lookup(p, real); run != nil {
			return run, args, nil
		}
	}
	head, err := Head(p, at, 4096)
	if err != nil {
		return nil, nil, errno(err)
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if strings.Contains(args[0], "/") && depth == 0 {
		at = args[0] // what the script sees as $0
	}
	full := append([]string{"/bin/sh", at}, args[1:]...)
	if rest, ok := bytes.CutPrefix(line, []byte("#!")); ok {
		name, option, _ := strings.Cut(strings.TrimSpace(string(rest)), " ")
		full = append([]string{name, strings.TrimSpace(option), at}, args[1:]...)
		if strings.TrimSpace(option) == "" {
			full = append([]string{name, at}, args[1:]...)
		}
	} else if bytes.IndexByte(head, 0) >= 0 {
		return nil, nil, syscall.ENOEXEC // a program for a real machine: none is ever started
	}
	if depth > 4 {
		return nil, nil, syscall.ELOOP
	}
	run, full, err := find(p, Abs(p, full[0]), full, depth+1)
	return run, full, err
}

// Head reads at most n bytes of a file's beginning.
func Head(p *program.Process, at string, n int) ([]byte, error) {
	f, err := p.Files.Open(at)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(n)))
}

// Abs makes a name absolute in the process's working directory. ".." is left to the file tree: links may stand before it.
func Abs(p *program.Process, name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	if name == "" {
		return p.Dir
	}
	return strings.TrimSuffix(p.Dir, "/") + "/" + name
}

// Getenv finds a variable of the process's environment.
func Getenv(p *program.Process, name string) (value string, set bool) {
	for _, entry := range p.Env {
		if key, v, ok := strings.Cut(entry, "="); ok && key == name {
			value, set = v, true
		}
	}
	return value, set
}

// Setenv returns an environment with one variable changed.
func Setenv(env []string, name, value string) []string {
	list := make([]string, 0, len(env)+1)
	for _, entry := range env {
		if key, _, _ := strings.Cut(entry, "="); key != name {
			list = append(list, entry)
		}
	}
	return append(list, name+"="+value)
}

// Message is an error in the words of a C library: "No such file or directory".
func Message(err error) string {
	text := errno(err).Error()
	switch text {
	case syscall.ELOOP.Error():
		text = "too many levels of symbolic links"
	case syscall.EXDEV.Error():
		text = "cross-device link"
	}
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func errno(err error) error {
	var number syscall.Errno
	var pathError *fs.PathError
	switch {
	case errors.As(err, &number):
		return number
	case errors.Is(err, os.ErrNotExist):
		return syscall.ENOENT
	case errors.As(err, &pathError):
		return pathError.Err
	}
	return err
}
