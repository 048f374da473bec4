// blog-api is the demo application that every lab deploys: a tiny HTTP server.
//
// What it does is written down once, in behaviour.json, which is compiled into
// the program and is also what the embedded engine's simulated Pods follow. So
// the two cannot drift apart.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

//go:embed behaviour.json
var document []byte

// version is which of the versions in behaviour.json this one is: the images differ in nothing but this variable.
var version = cmp.Or(os.Getenv("APP_VERSION"), "1.0")

// behaviour is one version's part of behaviour.json; durations are in seconds.
type behaviour struct {
	Port           int      `json:"port"`
	Routes         []string `json:"routes"`
	ReadinessRoute string   `json:"readiness_route"`
	ListensAfter   float64  `json:"listens_after_s"`
	ReadyAfter     float64  `json:"ready_after_s"`
	MemoryMiB      int      `json:"memory_mib"`
	Requires       []string `json:"requires"`
	StopsAfter     float64  `json:"stops_after_s"`
	StopExitCode   int      `json:"stop_exit_code"`

	Versions map[string]json.RawMessage `json:"versions"`
	Log      map[string]string          `json:"log"`
}

// load reads the common part of the document and lays this version's part over it.
func load() (behaviour, error) {
	var b behaviour
	if err := json.Unmarshal(document, &b); err != nil {
		return b, err
	}
	own, known := b.Versions[version]
	if !known {
		return b, fmt.Errorf("version %q is not in behaviour.json", version)
	}
	return b, json.Unmarshal(own, &b)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func main() {
	b, err := load()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	say := func(line string, pairs ...string) {
		now := time.Now().UTC().Format("2006-01-02T15:04:05Z")
		pairs = append(pairs, "{time}", now, "{version}", version, "{port}", strconv.Itoa(b.Port))
		fmt.Println(strings.NewReplacer(pairs...).Replace(b.Log[line]))
	}

	if port, err := strconv.Atoi(os.Getenv("PORT")); err == nil {
		b.Port = port
	}
	started := time.Now()
	say("starting")
	for _, name := range b.Requires {
		if os.Getenv(name) == "" {
			say("missing", "{name}", name)
			os.Exit(1)
		}
	}
	cache := fill(b.MemoryMiB)

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
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
			fmt.Fprint(w, body)
			say("request", "{method}", r.Method, "{path}", r.URL.Path, "{status}", strconv.Itoa(status))
		}),
	}
	go func() {
		time.Sleep(seconds(b.ListensAfter))
		go func() {
			time.Sleep(seconds(b.ReadyAfter - b.ListensAfter))
			if !draining.Load() {
				say("ready")
			}
		}()
		say("listening")
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}()

	<-stop.Done()
	draining.Store(true)
	say("stopping")
	time.Sleep(seconds(b.StopsAfter))
	server.Close()
	say("stopped")
	cache[0]++ // the cache lives as long as the server does
	os.Exit(b.StopExitCode)
}

// fill takes the memory that this version keeps its posts in, and touches every page of it.
func fill(mebibytes int) []byte {
	cache := make([]byte, mebibytes<<20)
	for i := 0; i < len(cache); i += 4096 {
		cache[i] = 1
	}
	return cache
}
