package commands

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

// command is one run of a command.
type command struct {
	*program.Process
	ctx  context.Context
	name string
}

// Plain holds every command as it is: for the shell, which ends a builtin by its own means.
var Plain = map[string]program.Program{}

// Table holds every command as a program of a container: it ends at once when its ctx is done, and on signals.
var Table = map[string]program.Program{}

func add(run func(*command) int, names ...string) {
	plain := func(ctx context.Context, p *program.Process) int {
		name := path.Base(p.Args[0])
		own := *p // commands change their arguments
		return run(&command{Process: &own, ctx: ctx, name: name})
	}
	for _, name := range names {
		Plain[name] = plain
		Table[name] = proc.Default(plain)
	}
}

// failf prints a message under the command's name and returns 1.
func (c *command) failf(format string, args ...any) int {
	fmt.Fprintf(c.Stderr, "%s: %s\n", c.name, fmt.Sprintf(format, args...))
	return 1
}

// unable is for what needs a kernel.
func (c *command) unable(why string) int {
	return c.failf("%s; the engine kind can", why)
}

// parse reads options; nil after a message if they are wrong.
func (c *command) parse(spec string) *proc.Options {
	o, err := proc.Parse(c.Args[1:], spec)
	if err != nil {
		c.failf("%v", err)
		return nil
	}
	return &o
}

// open opens a file for reading; "-" is standard input.
func (c *command) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.Stdin), nil
	}
	return proc.Open(c.Process, name, os.O_RDONLY, 0)
}

// each lets do work on every file that is named, or on standard input. A file that does not open gets a message.
func (c *command) each(names []string, do func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, name := range names {
		f, err := c.open(name)
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			continue
		}
		err = do(name, f)
		f.Close()
		if err != nil {
			if stopped(err) {
				return 1
			}
			code = c.failf("%s: %s", name, proc.Message(err))
		}
	}
	return code
}

// stopped reports whether an error means that the command itself is to end.
func stopped(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.ErrClosedPipe)
}

// errEnough ends a reading early.
var errEnough = errors.New("enough")

// lines calls do for each line, without its end. do may return errEnough.
func (c *command) lines(r io.Reader, do func(line string) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := c.readLine(in, '\n')
		if err != nil && line == "" {
			if err == io.EOF {
				return nil
			}
			return err
		}
		if err := do(strings.TrimSuffix(line, "\n")); err != nil {
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
}

// maxLine is how long a line may be.
const maxLine = 16 << 20

func (c *command) readLine(in *bufio.Reader, end byte) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice(end)
		line = append(line, part...)
		if len(line) > maxLine {
			return "", syscall.ENOMEM
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
}

// all reads every line of the files that are named.
func (c *command) all(names []string) ([]string, int) {
	var list []string
	size := 0
	code := c.each(names, func(_ string, r io.Reader) error {
		return c.lines(r, func(line string) error {
			if size += len(line) + 16; size > proc.MaxMemory {
				return syscall.ENOMEM
			}
			list = append(list, line)
			return nil
		})
	})
	return list, code
}

// out is a buffered standard output; the caller flushes it.
func (c *command) out() *bufio.Writer { return bufio.NewWriterSize(c.Stdout, 32<<10) }

func (c *command) abs(name string) string { return proc.Abs(c.Process, name) }

// userName is what the container's /etc/passwd calls a user; "" if it does not know it.
func userName(p *program.Process, file string, id int64) string {
	data, err := p.Files.ReadFile(file)
	for line := range strings.SplitSeq(string(data), "\n") {
		if fields := strings.Split(line, ":"); len(fields) > 2 && fields[2] == fmt.Sprint(id) {
			return fields[0]
		}
	}
	if err != nil && id == 0 {
		return "root"
	}
	return ""
}
