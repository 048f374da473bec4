package runtime_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// TestLogForm is https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md.
func TestLogForm(t *testing.T) {
	n := start(t, t.TempDir())
	long := strings.Repeat("y", 40_000)
	id, _ := n.container(nil, "print", "first\n\nthird\n"+long+"\nlast")
	n.ended(id)
	line := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z stdout ([FP]) (.*)$`)
	var got []string
	for _, text := range strings.Split(strings.TrimSuffix(n.logs(id, "last"), "\n"), "\n") {
		parts := line.FindStringSubmatch(text)
		if parts == nil {
			t.Fatalf("%.200q is no line of a log", text)
		}
		got = append(got, parts[1]+" "+parts[2])
	}
	want := []string{"F first", "F ", "F third", "P " + long[:16384], "P " + long[:16384], "F " + long[:40_000-2*16384], "P last"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%.1000q", got)
	}
}

// TestLogRotation: a writer waits while its log is too far ahead of whoever rotates it, and loses nothing.
func TestLogRotation(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "flood", "60")
	path := n.status(id).LogPath
	size := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for end := time.Now().Add(20 * time.Second); size(path) <= 40<<20; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(size(path))
		}
	}
	time.Sleep(300 * time.Millisecond)
	held := size(path)
	if held > 45<<20 {
		t.Errorf("%d MiB: nothing holds the writer up", held>>20)
	}
	if err := os.Rename(path, path+".1"); err != nil { // as the kubelet does
		t.Fatal(err)
	}
	if err := n.ReopenContainerLog(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); size(path)+size(path+".1") < 60<<20; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(size(path), size(path+".1"))
		}
	}
	if size(path+".1") != held {
		t.Error("the file that was moved away has grown")
	}
	n.StopContainer(t.Context(), id, 0)
	if err := n.ReopenContainerLog(t.Context(), id); err == nil {
		t.Error("a container that has ended has no log to open")
	}
}

// TestHeldWriterIsKilled: a container whose log is full ends when it is told to.
func TestHeldWriterIsKilled(t *testing.T) {
	n := start(t, t.TempDir())
	id, _ := n.container(nil, "flood", "100")
	path := n.status(id).LogPath
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 40<<20 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the log does not grow")
		}
	}
	began := time.Now()
	n.StopContainer(t.Context(), id, 0)
	if status := n.status(id); status.State != cri.ContainerState_CONTAINER_EXITED || time.Since(began) > 3*time.Second {
		t.Errorf("%+v after %v", status, time.Since(began))
	}
}
