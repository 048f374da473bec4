package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/program"
)

// Open opens a file for a process: one of its tree, one of its streams under /dev or /proc/self/fd, or one of the few files
// of /proc that say something true about the container.
func Open(p *program.Process, name string, flag int, perm fs.FileMode) (files.File, error) {
	at := resolve(p, name)
	if f := stream(p, at); f != nil {
		return f, nil
	}
	if data, ok := procFile(p, at); ok {
		if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
			return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.EACCES}
		}
		return &text{Reader: bytes.NewReader(data), name: path.Base(at), size: int64(len(data))}, nil
	}
	return p.Files.OpenFile(Abs(p, name), flag, perm)
}

// Stat describes a file for a process; with follow false a symbolic link itself.
func Stat(p *program.Process, name string, follow bool) (fs.FileInfo, error) {
	at := resolve(p, name)
	if stream(p, at) != nil && !strings.HasPrefix(at, "/dev/") {
		return p.Files.Stat("/dev/stdout")
	}
	if data, ok := procFile(p, at); ok {
		return (&text{Reader: bytes.NewReader(data), name: path.Base(at)}).Stat()
	}
	if at == "/proc/self" || at == "/proc/"+strconv.Itoa(p.PID) {
		return p.Files.Stat("/proc")
	}
	if follow {
		return p.Files.Stat(Abs(p, name))
	}
	return p.Files.Lstat(Abs(p, name))
}

// ReadFile reads a whole file for a process, up to a limit that a shell command may hold in memory.
func ReadFile(p *program.Process, name string) ([]byte, error) {
	f, err := Open(p, name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxMemory+1))
	if err == nil && len(data) > MaxMemory {
		err = &fs.PathError{Op: "read", Path: name, Err: syscall.ENOMEM}
	}
	return data, err
}

// MaxMemory is how many bytes a command may hold: the programs of all containers share one process's memory.
const MaxMemory = 64 << 20

func resolve(p *program.Process, name string) string {
	at := Abs(p, name)
	if !strings.HasPrefix(path.Clean(at), "/proc/") {
		if real, err := p.Files.Resolve(at); err == nil {
			return real
		}
	}
	return path.Clean(at)
}

// stream finds a stream of the process by its path. Those of the first process are the container's log: only that process,
// and what it starts, can write there.
func stream(p *program.Process, at string) files.File {
	switch at {
	case "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		return &open{name: at, Reader: p.Stdin}
	case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
		return &open{name: at, Writer: p.Stdout}
	case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2":
		return &open{name: at, Writer: p.Stderr}
	case "/proc/1/fd/1":
		if p.Log.Stdout != nil {
			return &open{name: at, Writer: p.Log.Stdout}
		}
	case "/proc/1/fd/2":
		if p.Log.Stderr != nil {
			return &open{name: at, Writer: p.Log.Stderr}
		}
	case "/dev/tty":
		if p.TTY {
			return &open{name: at, Reader: p.Stdin, Writer: p.Stdout}
		}
	}
	return nil
}

// procFile renders a file of /proc. Everything else there does not exist: it would be the host's.
func procFile(p *program.Process, at string) ([]byte, bool) {
	pid, what, ok := strings.Cut(strings.TrimPrefix(at, "/proc/"), "/")
	if !ok || !strings.HasPrefix(at, "/proc/") {
		return nil, false
	}
	args, known := processArgs(p, pid)
	if !known {
		return nil, false
	}
	switch what {
	case "cmdline":
		return []byte(strings.Join(args, "\x00") + "\x00"), true
	case "comm":
		return []byte(path.Base(args[0]) + "\n"), true
	case "environ":
		if pid == "self" || pid == strconv.Itoa(p.PID) {
			return []byte(strings.Join(p.Env, "\x00") + "\x00"), true
		}
	case "status":
		return fmt.Appendf(nil, "Name:\t%s\nUid:\t%[2]d\t%[2]d\t%[2]d\t%[2]d\nGid:\t%[3]d\t%[3]d\t%[3]d\t%[3]d\n",
			path.Base(args[0]), p.Host.UID, p.Host.GID), true
	}
	return nil, false
}

func processArgs(p *program.Process, pid string) ([]string, bool) {
	if pid == "self" || pid == strconv.Itoa(p.PID) {
		return p.Args, true
	}
	if p.Processes != nil {
		for _, r := range p.Processes() {
			if strconv.Itoa(r.PID) == pid && len(r.Args) > 0 {
				return r.Args, true
			}
		}
	}
	return nil, false
}

// open is a stream as a file.
type open struct {
	name string
	io.Reader
	io.Writer
}

func (o *open) Read(b []byte) (int, error) {
	if o.Reader == nil {
		return 0, syscall.EBADF
	}
	return o.Reader.Read(b)
}

func (o *open) Write(b []byte) (int, error) {
	if o.Writer == nil {
		return 0, syscall.EBADF
	}
	return o.Writer.Write(b)
}

func (o *open) Seek(int64, int) (int64, error) { return 0, syscall.ESPIPE }
func (o *open) Close() error                   { return nil }
func (o *open) Name() string                   { return o.name }
func (o *open) Stat() (fs.FileInfo, error)     { return nil, errors.ErrUnsupported }

// text is a file of /proc, and its FileInfo.
type text struct {
	*bytes.Reader
	name string
	size int64
}

func (t *text) Write([]byte) (int, error)  { return 0, syscall.EBADF }
func (t *text) Close() error               { return nil }
func (t *text) Name() string               { return t.name }
func (t *text) Stat() (fs.FileInfo, error) { return textInfo{t.name}, nil }

type textInfo struct{ name string }

func (i textInfo) Name() string       { return i.name }
func (i textInfo) Size() int64        { return 0 }
func (i textInfo) Mode() fs.FileMode  { return 0o444 }
func (i textInfo) ModTime() time.Time { return time.Now() }
func (i textInfo) IsDir() bool        { return false }
func (i textInfo) Sys() any           { return new(syscall.Stat_t) }

// Access fails unless a process may use a file so. Who owns a file is not kept: what is not read-only may be written.
func Access(p *program.Process, name string, write, execute bool) error {
	info, err := Stat(p, name, true)
	if err != nil {
		return err
	}
	if execute && !info.IsDir() && info.Mode().Perm()&0o111 == 0 {
		return syscall.EACCES
	}
	if write && info.Mode()&fs.ModeDevice == 0 {
		return p.Files.Writable(Abs(p, name))
	}
	return nil
}
