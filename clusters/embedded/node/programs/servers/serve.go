package servers

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// killed is the exit code of a program that got a SIGKILL. Nobody sees it: the runtime knows that it has sent one.
const killed = 128 + int(syscall.SIGKILL)

// stopping lists the signals that ask most servers to end.
var stopping = []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}

// await waits for one of the signals, for the end of ctx or for failed. It gives the signal, and whether that is what came.
func await(ctx context.Context, p *program.Process, failed <-chan error, signals []syscall.Signal) (syscall.Signal, bool) {
	coming := p.Signals
	for {
		select {
		case got, open := <-coming:
			if !open {
				coming = nil
			} else if slices.Contains(signals, got) {
				return got, true
			}
		case <-failed:
			return 0, false
		case <-ctx.Done():
			return 0, false
		}
	}
}

// ends is what a program does when it is told to stop: it returns the exit code.
type ends func(got syscall.Signal) int

// goEnds is how a Go program without handlers ends. The first process of a container is spared the default action of a
// signal, and Go's runtime then exits with 2; elsewhere the signal ends it.
func goEnds(p *program.Process) ends {
	return func(got syscall.Signal) int {
		if p.PID == 1 {
			return 2
		}
		return 128 + int(got)
	}
}

// quietly ends with 0.
func quietly(syscall.Signal) int { return 0 }

// deaf is a program without handlers that no runtime helps: the first process of a container goes on, others end.
func deaf(p *program.Process) []syscall.Signal {
	if p.PID == 1 {
		return nil
	}
	return stopping
}

// site is an HTTP server on listeners of its own.
type site struct {
	handler   http.Handler
	listeners []net.Listener
	signals   []syscall.Signal // that stop it
	end       ends
}

// serve answers until it is stopped, and returns the exit code. Open requests are finished, for a moment.
func (s site) serve(ctx context.Context, p *program.Process) int {
	server := &http.Server{Handler: s.handler, ErrorLog: log.New(io.Discard, "", 0)}
	defer server.Close()
	failed := make(chan error, len(s.listeners))
	for _, listener := range s.listeners {
		go func() { failed <- server.Serve(listener) }()
	}
	got, stopped := await(ctx, p, failed, s.signals)
	if !stopped {
		if ctx.Err() != nil {
			return killed
		}
		return 1
	}
	code := s.end(got)
	patience, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	server.Shutdown(patience)
	return code
}

// keep notes the memory that the image's program uses.
func keep(p *program.Process, image *images.Image) {
	if p.Memory != nil {
		p.Memory(image.Memory << 20)
	}
}

// why gives the number and the words of an error of the kernel's, as Linux has them.
func why(err error) (int, string) {
	for number, words := range map[syscall.Errno]string{
		syscall.EADDRINUSE: "Address already in use", syscall.EADDRNOTAVAIL: "Cannot assign requested address", syscall.EACCES: "Permission denied",
		syscall.ENOENT: "No such file or directory", syscall.ECONNREFUSED: "Connection refused", syscall.EHOSTUNREACH: "No route to host",
		syscall.EISDIR: "Is a directory", syscall.EROFS: "Read-only file system",
	} {
		if errors.Is(err, number) {
			return linux[number], words
		}
	}
	return 0, err.Error()
}

// linux has the numbers, which differ on other systems.
var linux = map[syscall.Errno]int{
	syscall.EADDRINUSE: 98, syscall.EADDRNOTAVAIL: 99, syscall.EACCES: 13, syscall.ENOENT: 2, syscall.ECONNREFUSED: 111, syscall.EHOSTUNREACH: 113,
	syscall.EISDIR: 21, syscall.EROFS: 30,
}

// hostname is the Pod's.
func hostname(p *program.Process) string { return cmp.Or(p.Host.Name, variable(p.Env, "HOSTNAME")) }

// client is the address that a request comes from, without its port.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// measured counts what an answer has, for the line in the access log.
type measured struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (m *measured) WriteHeader(status int) {
	if m.status == 0 && status >= 200 {
		m.status = status
	}
	m.ResponseWriter.WriteHeader(status)
}

func (m *measured) Write(b []byte) (int, error) {
	m.status = cmp.Or(m.status, http.StatusOK)
	n, err := m.ResponseWriter.Write(b)
	m.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController flush and take over connections.
func (m *measured) Unwrap() http.ResponseWriter { return m.ResponseWriter }
