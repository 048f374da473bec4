package runtime

import (
	"context"
	"fmt"
	"path"
	"strings"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// notStarted is the exit code of a container whose program could not be started, as containerd gives it.
const notStarted = 128

// StartContainer is the CRI's.
func (r *Runtime) StartContainer(_ context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return err
	}
	if c.State != cri.ContainerState_CONTAINER_CREATED {
		return fmt.Errorf("failed to set starting state for container %q: container is in %s state", id, c.State)
	}
	return r.start(c)
}

// start begins the container's program, as itself: also of one that ran before the process of the runtime ended.
func (r *Runtime) start(c *container) error {
	s, err := r.sandbox(c.Sandbox)
	if err != nil {
		return err
	}
	if !s.Ready {
		return fmt.Errorf("sandbox container %q is not running", s.ID)
	}
	words := r.commandLine(c)
	current, err := r.prepare(c, s, words)
	if err != nil {
		c.State, c.ExitCode, c.Reason = cri.ContainerState_CONTAINER_EXITED, notStarted, "StartError"
		c.Message, c.Finished = err.Error(), time.Now()
		r.saveContainer(c)
		return err
	}
	c.State, c.run = cri.ContainerState_CONTAINER_RUNNING, current
	if c.Started.IsZero() {
		c.Started = time.Now()
	}
	if err := r.saveContainer(c); err != nil {
		return err
	}
	go func() {
		code := current.perform()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended(c, current, code)
		close(current.done)
	}()
	return nil
}

// ended notes how a run went. The caller holds r.mu.
func (r *Runtime) ended(c *container, current *run, code int) {
	c.run, c.State, c.Finished, c.ExitCode = nil, cri.ContainerState_CONTAINER_EXITED, time.Now(), int32(code)
	switch {
	case current.outOfMemory.Load():
		c.ExitCode, c.Reason = 128+int32(syscall.SIGKILL), "OOMKilled"
	case current.killed.Load():
		c.ExitCode, c.Reason = 128+int32(syscall.SIGKILL), "Error"
	case code == 0:
		c.Reason = "Completed"
	default:
		c.Reason = "Error"
	}
	if r.containers[c.ID] == c {
		r.saveContainer(c)
	}
}

// commandLine is what a container runs: https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
func (r *Runtime) commandLine(c *container) []string {
	command, args := c.Config.Command, c.Config.Args
	if len(command) == 0 {
		command = c.image.Entrypoint
		if len(args) == 0 {
			args = c.image.Command
		}
	}
	return append(append([]string{}, command...), args...)
}

// cannotStart says it as runc and containerd do.
func cannotStart(doing, word, why string) error {
	begun := "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
	if doing == "exec" {
		begun = "OCI runtime exec failed: exec failed: "
	}
	return fmt.Errorf("%sunable to start container process: exec: %q: %s", begun, word, why)
}

func missing(word string) string {
	if strings.Contains(word, "/") {
		return fmt.Sprintf("stat %s: no such file or directory", word)
	}
	return "executable file not found in $PATH"
}

// stopSignal is the image's STOPSIGNAL, unless the Pod names another one.
func stopSignal(c *container) syscall.Signal {
	for _, name := range []string{c.Config.GetStopSignal().String(), c.image.StopSignal} {
		if named, known := signals[name]; known {
			return named
		}
	}
	return syscall.SIGTERM
}

var signals = map[string]syscall.Signal{
	"SIGHUP": syscall.SIGHUP, "SIGINT": syscall.SIGINT, "SIGQUIT": syscall.SIGQUIT, "SIGKILL": syscall.SIGKILL,
	"SIGWINCH": syscall.SIGWINCH, "SIGUSR1": syscall.SIGUSR1, "SIGUSR2": syscall.SIGUSR2, "SIGTERM": syscall.SIGTERM,
}

// environment is what a process of the container finds: the image's, then the Pod's, and a HOSTNAME.
func (r *Runtime) environment(c *container, hostname string) []string {
	values := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME": hostname}
	order := []string{"PATH", "HOSTNAME"}
	set := func(name, value string) {
		if _, known := values[name]; !known {
			order = append(order, name)
		}
		values[name] = value
	}
	for name, value := range c.image.Env {
		set(name, value)
	}
	for _, variable := range c.Config.Envs {
		set(variable.Key, string(variable.Value))
	}
	if _, known := values["HOME"]; !known {
		set("HOME", "/root")
	}
	if c.Config.Tty {
		set("TERM", "xterm")
	}
	var all []string
	for _, name := range order {
		all = append(all, name+"="+values[name])
	}
	return all
}

func directory(c *container) string {
	for _, dir := range []string{c.Config.WorkingDir, c.image.WorkingDir} {
		if dir != "" {
			return path.Clean("/" + dir)
		}
	}
	return "/"
}
