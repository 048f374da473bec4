package runtime

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// longest is how long a line of a log becomes before it is split, and ahead how far a log may run ahead of its rotation:
// a program that writes more waits. The kubelet rotates logs of 10 MiB, and looks every few seconds.
const (
	longest = 16 << 10
	ahead   = 40 << 20
)

// log is a container's log, in the form that the CRI asks for: "TIME STREAM F|P text". The kubelet reads the file, and
// rotates it.
type log struct {
	path string
	ctx  context.Context

	mu      sync.Mutex
	file    *os.File
	size    int64
	closed  bool
	streams []*logStream
}

// logStream is one stream of a log, with the begun line that it holds.
type logStream struct {
	log  *log
	name string
	line []byte
}

// openLog opens the log at path; without a path there is none, and what is written to it is lost.
func openLog(path string, ctx context.Context) (*log, error) {
	l := &log{path: path, ctx: ctx}
	return l, l.reopen()
}

func (l *log) reopen() error {
	if l.path == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.size = file, 0
	if info, err := file.Stat(); err == nil {
		l.size = info.Size()
	}
	return nil
}

func (l *log) stream(name string) io.Writer {
	s := &logStream{log: l, name: name}
	l.streams = append(l.streams, s)
	return s
}

// Write is io.Writer's: whole lines are written at once, the rest waits for its end.
func (s *logStream) Write(b []byte) (int, error) {
	if err := s.log.wait(); err != nil {
		return 0, err
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if s.log.closed {
		return 0, os.ErrClosed
	}
	var out bytes.Buffer
	for rest := b; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end >= 0 {
			s.line = append(s.line, rest[:end]...)
			rest = rest[end+1:]
		} else {
			s.line, rest = append(s.line, rest...), nil
		}
		for len(s.line) > longest {
			s.put(&out, "P", s.line[:longest])
			s.line = s.line[longest:]
		}
		if end >= 0 {
			s.put(&out, "F", s.line)
			s.line = nil
		}
	}
	s.log.write(out.Bytes())
	return len(b), nil
}

func (s *logStream) put(out *bytes.Buffer, tag string, text []byte) {
	out.WriteString(time.Now().UTC().Format(time.RFC3339Nano))
	out.WriteString(" " + s.name + " " + tag + " ")
	out.Write(text)
	out.WriteByte('\n')
}

func (l *log) write(b []byte) {
	if l.file != nil {
		n, _ := l.file.Write(b)
		l.size += int64(n)
	}
}

// wait holds a writer up while the log waits to be rotated.
func (l *log) wait() error {
	for {
		l.mu.Lock()
		full := l.file != nil && l.size > ahead
		l.mu.Unlock()
		if !full {
			return nil
		}
		select {
		case <-l.ctx.Done():
			return errors.New("the container has ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Close writes begun lines, too.
func (l *log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out bytes.Buffer
	for _, s := range l.streams {
		if len(s.line) > 0 {
			s.put(&out, "P", s.line)
			s.line = nil
		}
	}
	l.write(out.Bytes())
	l.closed = true
	if l.file != nil {
		return l.file.Close()
	}
	return nil
}
