package runtime_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// throughPort says "you" to whoever listens on a port of this machine.
func throughPort(t *testing.T, port int) string {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(conn, "you")
	answer := make([]byte, len("hello you"))
	n, _ := io.ReadFull(conn, answer)
	return string(answer[:n])
}

// TestRestart: containers outlive the process of the runtime, as they outlive a kubelet elsewhere.
func TestRestart(t *testing.T) {
	folder := t.TempDir()
	first := start(t, folder)
	running, pod := first.container(nil, "listen", ":80")
	first.logs(running, "listening")
	done, _ := first.container(nil, "exit", "7")
	first.ended(done)
	created, config := first.pod("created")
	waiting := first.create(created, config, nil, "wait")
	gone, _ := first.container(nil, "wait")
	before := first.status(running)
	address, err := first.PodSandboxStatus(t.Context(), pod, false)
	if err != nil {
		t.Fatal(err)
	}

	// What the process has begun when it ends is half there.
	for _, half := range []string{"containers/half", "sandboxes/half"} {
		if err := os.MkdirAll(filepath.Join(first.config.Folder, half), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(first.config.Folder, "containers", gone, "container.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := start(t, folder)
	after := second.status(running)
	if after.State != cri.ContainerState_CONTAINER_RUNNING || after.StartedAt != before.StartedAt || after.CreatedAt != before.CreatedAt || after.LogPath != before.LogPath {
		t.Errorf("%+v, before: %+v", after, before)
	}
	again, err := second.PodSandboxStatus(t.Context(), pod, false)
	if err != nil || again.Status.Network.Ip != address.Status.Network.Ip {
		t.Error(again, err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := second.config.Network.DialContext(t.Context(), "192.0.2.2", "tcp", again.Status.Network.Ip+":80")
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	if status := second.status(done); status.ExitCode != 7 || status.State != cri.ContainerState_CONTAINER_EXITED {
		t.Errorf("%+v", status)
	}
	if err := second.StartContainer(t.Context(), waiting); err != nil {
		t.Error(err)
	}
	if _, err := second.ContainerStatus(t.Context(), gone, false); err == nil {
		t.Error("half a container is none")
	}
	if _, err := second.RunPodSandbox(t.Context(), config, ""); err == nil {
		t.Error("names stay reserved")
	}
	other, _ := second.pod("other")
	if answer, err := second.PodSandboxStatus(t.Context(), other, false); err != nil || answer.Status.Network.Ip == again.Status.Network.Ip {
		t.Error("an address is given twice:", answer, err)
	}
	if left, _ := filepath.Glob(filepath.Join(first.config.Folder, "*", "half")); len(left) > 0 {
		t.Error(left)
	}
}
