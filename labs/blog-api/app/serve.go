package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// serve answers HTTP requests until it is told to stop.
func (p *program) serve() int {
	started := time.Now()
	p.say("starting")
	if !p.complete() {
		return p.MissingExitCode
	}
	p.Keep(p.MemoryMiB)
	note := p.notebook()

	var draining atomic.Bool
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ready := time.Since(started) >= seconds(p.ReadyAfter) && !draining.Load()
		status := http.StatusOK
		body := fmt.Sprintf("blog-api %s, Pod %s\n", p.Version, p.Getenv("HOSTNAME"))
		switch {
		case !slices.Contains(p.Routes, r.URL.Path):
			status, body = http.StatusNotFound, "not found\n"
		case r.URL.Path == p.ReadinessRoute && !ready:
			status, body = http.StatusServiceUnavailable, "not ready\n"
		case r.URL.Path == "/version":
			body = p.Version + "\n"
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body) // sent when this function returns: who has the answer finds its line in the log
		note(p.say("request", "{method}", r.Method, "{path}", r.URL.Path, "{status}", strconv.Itoa(status)))
	})}
	defer server.Close()
	failed := make(chan int, 1)
	if p.Port > 0 {
		go p.listen(server, &draining, failed)
	}

	select {
	case code := <-failed:
		return code
	case <-p.killed.Done():
		return p.StopExitCode
	case <-p.Stop:
	}
	draining.Store(true)
	p.say("stopping")
	p.pause(p.StopsAfter)
	server.Close()
	p.say("stopped")
	return p.StopExitCode
}

func (p *program) listen(server *http.Server, draining *atomic.Bool, failed chan<- int) {
	if !p.pause(p.ListensAfter) {
		return
	}
	listener, err := p.Listen("tcp", net.JoinHostPort(p.Getenv("HOST"), strconv.Itoa(p.Port)))
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			p.say("taken")
		} else {
			fmt.Fprintln(p.Stderr, err)
		}
		failed <- 1
		return
	}
	p.say("listening")
	go func() {
		if p.pause(p.ReadyAfter-p.ListensAfter) && !draining.Load() {
			p.say("ready")
		}
	}()
	server.Serve(listener)
}

// pause waits, and says whether it was left to wait to the end.
func (p *program) pause(s float64) bool {
	select {
	case <-time.After(seconds(s)):
		return true
	case <-p.killed.Done():
		return false
	}
}

// notebook gives a function that adds a line to the request log; one that does nothing if there is none.
func (p *program) notebook() func(line string) {
	path := p.requestLog()
	if path == "" {
		return func(string) {}
	}
	file, err := p.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		p.say("no_request_log", "{file}", path, "{reason}", reason(err))
		return func(string) {}
	}
	go func() {
		<-p.killed.Done()
		file.Close()
	}()
	return func(line string) { io.WriteString(file, line+"\n") }
}

// reason is why a file cannot be used, without its name.
func reason(err error) string {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err.Error()
	}
	return err.Error()
}
