package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
	"k8s.io/utils/exec"
)

func TestExecSync(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "wait")
	for _, try := range []struct {
		words   []string
		timeout time.Duration
		out     string
		code    int
		want    string // of another error
	}{
		{words: []string{"print", "a b"}, out: "a b"},
		{words: []string{"exit", "4"}, code: 4},
		{words: []string{"panic"}, code: 139},
		{words: []string{"list"}, out: "1 wait\n5 list\n"},
		{words: []string{"kill", "9"}, code: 1},
		{words: []string{"nonsense"}, want: `OCI runtime exec failed: exec failed: unable to start container process: exec: "nonsense": executable file not found in $PATH`},
		{words: nil, want: "no command specified"},
		{words: []string{"deaf"}, timeout: 50 * time.Millisecond, want: "timed out"},
	} {
		out, _, err := n.ExecSync(t.Context(), id, try.words, try.timeout)
		var ended exec.ExitError
		switch {
		case try.want != "":
			if err == nil || !strings.Contains(err.Error(), try.want) || errors.Is(err, remote.ErrCommandTimedOut) != (try.timeout > 0) {
				t.Errorf("%v: %v", try.words, err)
			}
		case try.code != 0:
			if !errors.As(err, &ended) || ended.ExitStatus() != try.code {
				t.Errorf("%v: %v", try.words, err)
			}
		case err != nil || string(out) != try.out:
			t.Errorf("%v: %q %v", try.words, out, err)
		}
	}
	n.StopContainer(t.Context(), id, 5)
	if _, _, err := n.ExecSync(t.Context(), id, []string{"print"}, 0); err == nil || !strings.Contains(err.Error(), "is in CONTAINER_EXITED state") {
		t.Error(err)
	}
	if _, _, err := n.ExecSync(t.Context(), "nonsense", []string{"print"}, 0); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Error(err)
	}
}

// TestKillFromInside: a program that was executed signals the container's own.
func TestKillFromInside(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "collect")
	if out, _, err := n.ExecSync(t.Context(), id, []string{"kill", "1"}, 0); err != nil {
		t.Error(string(out), err)
	}
	n.logs(id, "signal 1\n")
	n.logs(id, "said in the container's log\n")
}

// TestExecEndsWithItsContainer: nothing that was executed in a container outlives it.
func TestExecEndsWithItsContainer(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "wait")
	result := make(chan error, 1)
	go func() {
		_, _, err := n.ExecSync(context.Background(), id, []string{"deaf"}, 0)
		result <- err
	}()
	time.Sleep(50 * time.Millisecond)
	n.StopContainer(t.Context(), id, 5)
	select {
	case err := <-result:
		var ended exec.ExitError
		if !errors.As(err, &ended) || ended.ExitStatus() != 137 {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

// TestExecCounts: what is executed in a container uses the container's memory.
func TestExecCounts(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(func(c *cri.ContainerConfig) {
		c.Linux.Resources = &cri.LinuxContainerResources{MemoryLimitInBytes: 64 << 20}
	}, "use", "32")
	time.Sleep(50 * time.Millisecond)
	if _, _, err := n.ExecSync(t.Context(), id, []string{"use", "40"}, 10*time.Second); err == nil {
		t.Error("no error")
	}
	if status := n.ended(id); status.Reason != "OOMKilled" {
		t.Errorf("%+v", status)
	}
}

// stream talks to the URL that the runtime has given, as the kubelet lets kubectl do.
func stream(t *testing.T, address string, options remotecommand.StreamOptions) error {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	executor, err := remotecommand.NewSPDYExecutor(&rest.Config{Host: at.Host}, http.MethodPost, at)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return executor.StreamWithContext(ctx, options)
}

func TestExecStreams(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "wait")
	answer, err := n.Exec(t.Context(), &cri.ExecRequest{ContainerId: id, Cmd: []string{"cat"}, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = stream(t, answer.Url, remotecommand.StreamOptions{Stdin: strings.NewReader("one\ntwo\n"), Stdout: &out, Stderr: io.Discard})
	var ended exec.ExitError
	if !errors.As(err, &ended) || ended.ExitStatus() != 3 || out.String() != "got one\ngot two\n" {
		t.Errorf("%q %v", out.String(), err)
	}
	if _, err := n.Exec(t.Context(), &cri.ExecRequest{ContainerId: "nonsense", Cmd: []string{"cat"}, Stdout: true}); err == nil {
		t.Error("no error")
	}
}

func TestAttach(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(func(c *cri.ContainerConfig) { c.Stdin, c.StdinOnce = true, true }, "cat")
	answer, err := n.Attach(t.Context(), &cri.AttachRequest{ContainerId: id, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := stream(t, answer.Url, remotecommand.StreamOptions{Stdin: strings.NewReader("a word\n"), Stdout: &out, Stderr: io.Discard}); err != nil {
		t.Error(err)
	}
	if out.String() != "got a word\n" {
		t.Errorf("%q", out.String())
	}
	if status := n.ended(id); status.ExitCode != 3 { // stdinOnce: with its reader gone, the input is at its end
		t.Errorf("%+v", status)
	}
	n.logs(id, "stdout F got a word\n")

	closed, _ := n.container(nil, "cat") // without stdin it is at its end at once
	if status := n.ended(closed); status.ExitCode != 3 {
		t.Errorf("%+v", status)
	}
}

func TestPortForward(t *testing.T) {
	n := start(t, t.TempDir())
	id, pod := n.container(nil, "listen", "127.0.0.1:80")
	n.logs(id, "listening")
	answer, err := n.PortForward(t.Context(), &cri.PortForwardRequest{PodSandboxId: pod})
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(answer.Url)
	if err != nil {
		t.Fatal(err)
	}
	transport, upgrader, err := spdy.RoundTripperFor(&rest.Config{Host: at.Host})
	if err != nil {
		t.Fatal(err)
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	defer close(stop)
	var complaints bytes.Buffer
	forward, err := portforward.New(spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, at), []string{"0:80"}, stop, ready, io.Discard, &complaints)
	if err != nil {
		t.Fatal(err)
	}
	go forward.ForwardPorts()
	select {
	case <-ready:
	case <-time.After(10 * time.Second):
		t.Fatal("no port is forwarded: ", complaints.String())
	}
	ports, err := forward.GetPorts()
	if err != nil {
		t.Fatal(err)
	}
	if got := throughPort(t, int(ports[0].Local)); got != "hello you" {
		t.Errorf("%q", got)
	}
}
