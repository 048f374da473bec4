package main

import (
	"errors"
	"fmt"
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
func (b *behaviour) serve(stop <-chan struct{}) int {
	started := time.Now()
	b.say("starting")
	if !b.complete() {
		return b.MissingExitCode
	}
	cache := fill(b.MemoryMiB)
	note := b.notebook()

	var draining atomic.Bool
	server := &http.Server{
		Addr: net.JoinHostPort(os.Getenv("HOST"), strconv.Itoa(b.Port)),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ready := time.Since(started) >= seconds(b.ReadyAfter) && !draining.Load()
			status := http.StatusOK
			body := fmt.Sprintf("blog-api %s, Pod %s\n", version, os.Getenv("HOSTNAME"))
			switch {
			case !slices.Contains(b.Routes, r.URL.Path):
				status, body = http.StatusNotFound, "not found\n"
			case r.URL.Path == b.ReadinessRoute && !ready:
				status, body = http.StatusServiceUnavailable, "not ready\n"
			case r.URL.Path == "/version":
				body = version + "\n"
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body) // sent when this function returns: who has the answer finds its line in the log
			note(b.say("request", "{method}", r.Method, "{path}", r.URL.Path, "{status}", strconv.Itoa(status)))
		}),
	}
	failed := make(chan int, 1)
	go func() {
		time.Sleep(seconds(b.ListensAfter))
		listener, err := net.Listen("tcp", server.Addr)
		if err != nil {
			if errors.Is(err, syscall.EADDRINUSE) {
				b.say("taken")
			} else {
				fmt.Fprintln(os.Stderr, err)
			}
			failed <- 1
			return
		}
		b.say("listening")
		go func() {
			time.Sleep(seconds(b.ReadyAfter - b.ListensAfter))
			if !draining.Load() {
				b.say("ready")
			}
		}()
		server.Serve(listener)
	}()

	select {
	case code := <-failed:
		return code
	case <-stop:
	}
	draining.Store(true)
	b.say("stopping")
	time.Sleep(seconds(b.StopsAfter))
	server.Close()
	b.say("stopped")
	cache[0]++ // the cache lives as long as the server does
	return b.StopExitCode
}

// notebook gives a function that adds a line to the request log; one that does nothing where there is none.
func (b *behaviour) notebook() func(line string) {
	path := b.requestLog()
	if path == "" {
		return func(string) {}
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		b.say("no_request_log", "{file}", path, "{reason}", reason(err))
		return func(string) {}
	}
	return func(line string) { fmt.Fprintln(file, line) }
}

// reason is why a file cannot be used, without its name.
func reason(err error) string {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Err.Error()
	}
	return err.Error()
}

// fill takes the memory that this version keeps its posts in, and touches every page of it.
func fill(mebibytes int) []byte {
	cache := make([]byte, mebibytes<<20)
	for i := 0; i < len(cache); i += 4096 {
		cache[i] = 1
	}
	return cache
}
