package kubelet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go io.Copy(conn, conn)
		}
	}()
	cable := NewConnection()
	conn, err := cable.DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	said := func() <-chan string {
		heard := make(chan string, 1)
		go func() {
			answer := make([]byte, 1)
			io.ReadFull(conn, answer)
			heard <- string(answer)
		}()
		return heard
	}
	io.WriteString(conn, "a")
	if got := <-said(); got != "a" || !cable.Whole() {
		t.Error(got)
	}
	cable.Cut(true)
	cable.Cut(true)
	heard := said()
	go io.WriteString(conn, "b")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := cable.DialContext(ctx, "tcp", listener.Addr().String()); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	select {
	case got := <-heard:
		t.Error("something came through:", got)
	default:
	}
	if cable.Whole() {
		t.Error("it is cut")
	}
	cable.Cut(false)
	cable.Cut(false)
	select {
	case got := <-heard: // who waited goes on
		if got != "b" {
			t.Error(got)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing comes through")
	}
	cable.Cut(true)
	heard = said()
	time.AfterFunc(20*time.Millisecond, func() { conn.Close() })
	select {
	case <-heard:
	case <-time.After(10 * time.Second):
		t.Error("a connection that is closed ends, cut or not")
	}
}

func TestVolumeRoots(t *testing.T) {
	roots := VolumeRoots("/n")
	for path, want := range map[string]string{
		"/n/kubelet/pods/uid/volumes/kubernetes.io~empty-dir/data":         "/n/kubelet/pods/uid/volumes/kubernetes.io~empty-dir/data",
		"/n/kubelet/pods/uid/volumes/kubernetes.io~empty-dir/data/sub/sub": "/n/kubelet/pods/uid/volumes/kubernetes.io~empty-dir/data",
		"/n/kubelet/pods/uid/etc-hosts":                                    "/n/kubelet/pods/uid/etc-hosts",
		"/n/host/srv/data":                                                 "/n/host",
		"/n/host":                                                          "/n/host",
		"/n/hosts/x":                                                       "/n/hosts",
	} {
		if got := roots(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// TestSubpaths: whatever links a container has put into its volume, no folder is made outside it.
func TestSubpaths(t *testing.T) {
	base, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		path string
		made string // below base; "" if it fails or there is nothing to do
		ok   bool
	}{
		{"a/b", "a/b", true}, {filepath.Join(base, "c"), "c", true}, {".", "", true}, {"link/d", "", false}, {"../e", "", true}, {filepath.Join(outside, "f"), "", true},
	} {
		if err := (subpaths{}).SafeMakeDir(try.path, base, 0o755); (err == nil) != try.ok {
			t.Errorf("%s: %v", try.path, err)
		}
		if info, err := os.Stat(filepath.Join(base, try.made)); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", try.path, err)
		}
	}
	if made, _ := os.ReadDir(outside); len(made) > 0 {
		t.Error("outside there is now", made)
	}
}

func TestPaths(t *testing.T) {
	p := paths{folder: t.TempDir()}
	if err := p.MkdirAll("/var/log/pods/x", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(p.folder, "var/log/pods/x")); err != nil {
		t.Error(err)
	}
	if found, err := p.ReadDir("/var/log/pods"); err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	if err := p.RemoveAll("/var/log/pods"); err != nil {
		t.Error(err)
	}
}
