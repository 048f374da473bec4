// Package app is what blog-api does, as its behaviour.json says. It reaches nothing but the World that it is given: a
// real machine in an image, or the network and files in memory of the embedded engine.
//
// What the fields mean: clusters/embedded/images.schema.json.
package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"time"
)

// World is all that the program reaches.
type World struct {
	Version  string // which of the versions in the document this one is
	Args     []string
	Getenv   func(name string) string
	Stdout   io.Writer
	Stderr   io.Writer
	Stop     <-chan struct{} // closed by SIGTERM or SIGINT
	Listen   func(network, address string) (net.Listener, error)
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	OpenFile func(name string, flag int, perm fs.FileMode) (File, error)
	Keep     func(mebibytes int) // take memory, and keep it until the end
}

// File is an open file.
type File interface {
	io.Reader
	io.Writer
	io.Seeker
	io.Closer
}

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

// program is one run of the application.
type program struct {
	behaviour
	World
	killed context.Context
}

// Run does what the document says, until it ends by itself or is stopped, and returns the exit code. A ctx that is done
// ends it at once, as SIGKILL does.
func Run(ctx context.Context, document []byte, world World) int {
	ctx, end := context.WithCancel(ctx) // nothing that it has started outlives it
	defer end()
	p := &program{World: world, killed: ctx, behaviour: behaviour{MissingExitCode: 1, UnknownExitCode: 2}}
	if err := p.load(document); err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 2
	}
	act := p.serve
	if len(p.Args) > 0 && len(p.Subcommands) > 0 {
		own, known := p.Subcommands[p.Args[0]]
		if !known {
			p.say("unknown", "{name}", p.Args[0])
			return p.UnknownExitCode
		}
		if err := json.Unmarshal(own, &p.behaviour); err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 2
		}
	}
	switch {
	case p.Visits != "":
		act = p.visit
	case len(p.Steps) > 0:
		act = p.work
	}
	if port, err := strconv.ParseUint(p.Getenv(p.PortVariable), 10, 16); err == nil && port > 0 {
		p.Port = int(port)
	}
	return act()
}

// load reads the common part of the document and lays this version's part over it.
func (p *program) load(document []byte) error {
	if err := json.Unmarshal(document, &p.behaviour); err != nil {
		return err
	}
	if len(p.Versions) == 0 {
		return nil
	}
	own, known := p.Versions[p.Version]
	if !known {
		return fmt.Errorf("version %q is not in behaviour.json", p.Version)
	}
	return json.Unmarshal(own, &p.behaviour)
}

// say writes one of the lines in behaviour.json; pairs are what else is filled in: "{name}", value, …
func (p *program) say(line string, pairs ...string) string {
	return p.write(p.Log[line], pairs...)
}

func (p *program) write(template string, pairs ...string) string {
	if template == "" {
		return ""
	}
	now := time.Now().UTC().Format("2006-01-02T15:04:05Z")
	pairs = append(pairs, "{time}", now, "{version}", p.Version, "{port}", strconv.Itoa(p.Port))
	text := strings.NewReplacer(pairs...).Replace(template)
	fmt.Fprintln(p.Stdout, text)
	return text
}

// requestLog is the file in which requests are to be noted: empty if nobody has asked for it.
func (p *program) requestLog() string {
	if p.RequestLogVariable == "" {
		return ""
	}
	return p.Getenv(p.RequestLogVariable)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// complete says which environment variable is missing, if one is.
func (p *program) complete() bool {
	for _, name := range p.Requires {
		if p.Getenv(name) == "" {
			p.say("missing", "{name}", name)
			return false
		}
	}
	return true
}

// work does a task: a few steps, and it is done.
func (p *program) work() int {
	if !p.complete() {
		return p.MissingExitCode
	}
	started := time.Now()
	for _, step := range p.Steps {
		select {
		case <-time.After(time.Until(started.Add(seconds(step.At)))):
			p.write(step.Line)
		case <-p.Stop:
			p.say("interrupted")
			return p.StopExitCode
		case <-p.killed.Done():
			return p.StopExitCode
		}
	}
	return p.ExitCode
}
