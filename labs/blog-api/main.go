// blog-api is the demo application that every lab deploys: a tiny HTTP server,
// with a subcommand for a task that ends (migrate) and one that keeps it company (visit).
//
// What it does is written down once, in behaviour.json, which is compiled into
// the program and is also what the embedded engine's simulated Pods follow. So
// the two cannot drift apart. What the fields mean: clusters/embedded/images.schema.json.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed behaviour.json
var document []byte

// version is which of the versions in behaviour.json this one is: the images differ in nothing but this variable.
var version = cmp.Or(os.Getenv("APP_VERSION"), "1.0")

// behaviour is one version's part of behaviour.json, or one of its subcommands'; durations are in seconds.
type behaviour struct {
	Port               int      `json:"port"`
	PortVariable       string   `json:"port_variable"`
	RequestLogVariable string   `json:"request_log_variable"`
	Routes             []string `json:"routes"`
	ReadinessRoute     string   `json:"readiness_route"`
	ListensAfter       float64  `json:"listens_after_s"`
	ReadyAfter         float64  `json:"ready_after_s"`
	MemoryMiB          int      `json:"memory_mib"`
	Requires           []string `json:"requires"`
	MissingExitCode    int      `json:"missing_exit_code"`
	UnknownExitCode    int      `json:"unknown_exit_code"`
	StopsAfter         float64  `json:"stops_after_s"`
	StopExitCode       int      `json:"stop_exit_code"`
	Steps              []step   `json:"steps"`
	ExitCode           int      `json:"exit_code"`
	Visits             string   `json:"visits"`
	Every              float64  `json:"every_s"`

	Versions    map[string]json.RawMessage `json:"versions"`
	Subcommands map[string]json.RawMessage `json:"subcommands"`
	Log         map[string]string          `json:"log"`
}

// step is one line of a task.
type step struct {
	At   float64 `json:"at_s"`
	Line string  `json:"line"`
}

// load reads the common part of the document and lays this version's part over it.
func load() (*behaviour, error) {
	b := &behaviour{MissingExitCode: 1, UnknownExitCode: 2}
	if err := json.Unmarshal(document, b); err != nil {
		return b, err
	}
	own, known := b.Versions[version]
	if !known {
		return b, fmt.Errorf("version %q is not in behaviour.json", version)
	}
	return b, json.Unmarshal(own, b)
}

// say writes one of the lines in behaviour.json; pairs are what else is filled in: "{name}", value, …
func (b *behaviour) say(line string, pairs ...string) string {
	return b.write(b.Log[line], pairs...)
}

func (b *behaviour) write(template string, pairs ...string) string {
	now := time.Now().UTC().Format("2006-01-02T15:04:05Z")
	pairs = append(pairs, "{time}", now, "{version}", version, "{port}", strconv.Itoa(b.Port))
	text := strings.NewReplacer(pairs...).Replace(template)
	fmt.Println(text)
	return text
}

// requestLog is the file in which requests are to be noted: empty where nobody has asked for it.
func (b *behaviour) requestLog() string { return os.Getenv(b.RequestLogVariable) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func main() {
	b, err := load()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	act := b.serve
	if len(os.Args) > 1 {
		own, known := b.Subcommands[os.Args[1]]
		if !known {
			b.say("unknown", "{name}", os.Args[1])
			os.Exit(b.UnknownExitCode)
		}
		if err := json.Unmarshal(own, b); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		act = b.work
		if b.Visits != "" {
			act = b.visit
		}
	}
	if port, err := strconv.ParseUint(os.Getenv(b.PortVariable), 10, 16); err == nil && port > 0 {
		b.Port = int(port)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	os.Exit(act(stop.Done()))
}

// complete says which environment variable is missing, if one is.
func (b *behaviour) complete() bool {
	for _, name := range b.Requires {
		if os.Getenv(name) == "" {
			b.say("missing", "{name}", name)
			return false
		}
	}
	return true
}

// work does a task: a few steps, and it is done. All of these, like serve and visit, answer with their exit code.
func (b *behaviour) work(stop <-chan struct{}) int {
	if !b.complete() {
		return b.MissingExitCode
	}
	started := time.Now()
	for _, step := range b.Steps {
		select {
		case <-time.After(time.Until(started.Add(seconds(step.At)))):
			b.write(step.Line)
		case <-stop:
			b.say("interrupted")
			return b.StopExitCode
		}
	}
	return b.ExitCode
}
