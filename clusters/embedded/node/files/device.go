package files

import (
	"crypto/rand"
	"io"
	"io/fs"
	"path"
	"syscall"
	"time"
)

// devices are the character devices that every container has. The streams among them belong to a process, not to a tree:
// whoever runs the process opens them; the tree itself says ENXIO.
var devices = map[string]device{
	"/dev/null":    {name: "/dev/null"},
	"/dev/zero":    {name: "/dev/zero"},
	"/dev/full":    {name: "/dev/full"},
	"/dev/random":  {name: "/dev/random"},
	"/dev/urandom": {name: "/dev/urandom"},
	"/dev/stdin":   {name: "/dev/stdin"},
	"/dev/stdout":  {name: "/dev/stdout"},
	"/dev/stderr":  {name: "/dev/stderr"},
	"/dev/tty":     {name: "/dev/tty"},
}

// device is a character device: its FileInfo, and the File when it is open.
type device struct{ name string }

var started = time.Now()

func (d device) Name() string               { return path.Base(d.name) }
func (d device) Size() int64                { return 0 }
func (d device) Mode() fs.FileMode          { return fs.ModeDevice | fs.ModeCharDevice | 0o666 }
func (d device) ModTime() time.Time         { return started }
func (d device) IsDir() bool                { return false }
func (d device) Sys() any                   { return new(syscall.Stat_t) }
func (d device) Stat() (fs.FileInfo, error) { return d, nil }
func (d device) Close() error               { return nil }

func (d device) Seek(int64, int) (int64, error) { return 0, nil }

func (d device) open() (File, error) {
	switch d.name {
	case "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/tty":
		return nil, syscall.ENXIO
	}
	return d, nil
}

func (d device) Read(b []byte) (int, error) {
	switch d.name {
	case "/dev/null":
		return 0, io.EOF
	case "/dev/random", "/dev/urandom":
		return rand.Read(b)
	}
	clear(b)
	return len(b), nil
}

func (d device) Write(b []byte) (int, error) {
	if d.name == "/dev/full" {
		return 0, syscall.ENOSPC
	}
	return len(b), nil
}
