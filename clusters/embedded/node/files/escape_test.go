package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/files"
)

// secret is a file of the host that no container may read or change.
func secret(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte("host secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func unharmed(t *testing.T, host string) {
	t.Helper()
	if data, err := os.ReadFile(host); err != nil || string(data) != "host secret" {
		t.Errorf("the host's file is now %q, %v", data, err)
	}
}

func TestNoLinkLeadsOut(t *testing.T) {
	host := secret(t)
	volume := t.TempDir()
	up := strings.Repeat("../", 30)
	// Links that another container, or the volume's owner, has left in a shared volume.
	os.Symlink(host, filepath.Join(volume, "absolute"))
	os.Symlink(up+host[1:], filepath.Join(volume, "relative"))
	os.Symlink(filepath.Dir(host), filepath.Join(volume, "dir"))
	os.Symlink("/proc/self/environ", filepath.Join(volume, "environ"))
	os.Symlink("/proc/self/root", filepath.Join(volume, "root"))
	syscall.Mkfifo(filepath.Join(volume, "pipe"), 0o666)
	tree := open(t, []files.Mount{{Path: "/v", Host: volume}}, false)
	tree.Symlink(host, "/tmp/absolute")
	tree.Symlink(up+host[1:], "/tmp/relative")
	tree.Symlink(filepath.Dir(host), "/tmp/dir")
	tree.Symlink("/", "/tmp/slash")
	for _, name := range []string{
		host, up + host[1:], "/tmp/" + up + host[1:], "/v/" + up + host[1:],
		"/v/absolute", "/v/relative", "/v/dir/secret", "/v/environ", "/v/root" + host, "/v/pipe",
		"/tmp/absolute", "/tmp/relative", "/tmp/dir/secret", "/tmp/slash" + host, "/proc/self/root" + host,
	} {
		if data, err := tree.ReadFile(name); err == nil {
			t.Errorf("%s can be read: %q", name, data)
		}
		if err := tree.Chmod(name, 0o777); err == nil && name != "/v/pipe" {
			t.Errorf("%s can be changed", name)
		}
		// Writing through a dangling link may make a file in the container, never on the host.
		tree.WriteFile(name, []byte("overwritten"), 0o644)
		tree.Truncate(name, 0)
	}
	unharmed(t, host)
	tree.Link("/v/absolute", "/v/hard")
	if data, err := tree.ReadFile("/v/hard"); err == nil && string(data) == "host secret" {
		t.Error("a hard link leads out")
	}
	tree.Rename("/v/dir", "/v/moved")
	tree.RemoveAll("/v")
	tree.RemoveAll("/tmp")
	unharmed(t, host)
}

// TestRaces swaps a folder for a link to the host's while others go through it.
func TestRaces(t *testing.T) {
	host := secret(t)
	volume := t.TempDir()
	one := open(t, []files.Mount{{Path: "/v", Host: volume}}, false)
	other := open(t, []files.Mount{{Path: "/v", Host: volume}}, false)
	end := time.Now().Add(time.Second)
	var all sync.WaitGroup
	all.Go(func() {
		for time.Now().Before(end) {
			os.Mkdir(filepath.Join(volume, "d"), 0o755)
			os.WriteFile(filepath.Join(volume, "d", "secret"), []byte("volume's"), 0o644)
			os.Rename(filepath.Join(volume, "d"), filepath.Join(volume, "old"))
			other.Symlink(filepath.Dir(host), "/v/d")
			other.Rename("/v/old", "/v/older")
			other.Remove("/v/d")
			other.RemoveAll("/v/older")
		}
	})
	for i := range 3 {
		all.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				if data, err := one.ReadFile("/v/d/secret"); err == nil && string(data) == "host secret" {
					t.Error("a race leads out")
					return
				}
				one.WriteFile("/v/d/secret", []byte("written"), 0o644)
				one.WriteFile(fmt.Sprintf("/v/d/new%d-%d", i, n%9), []byte("written"), 0o644)
				one.Rename("/v/d/secret", "/v/d/renamed")
				one.Remove("/v/d/secret")
			}
		})
	}
	all.Wait()
	unharmed(t, host)
	if entries, _ := os.ReadDir(filepath.Dir(host)); len(entries) != 1 {
		t.Errorf("files were made beside the host's: %v", entries)
	}
}

func TestErrorsHideTheHost(t *testing.T) {
	volume := t.TempDir()
	tree := open(t, []files.Mount{{Path: "/v", Host: volume, ReadOnly: true}}, false)
	_, err := tree.Open("/v/nope")
	errs := []error{err, tree.Remove("/v/x"), tree.Mkdir("/v/x", 0o755), tree.Rename("/v/x", "/tmp/y")}
	tree.SetLimit(1)
	errs = append(errs, tree.WriteFile("/tmp/f", []byte("x"), 0o644))
	for _, err := range errs {
		if err == nil || strings.Contains(err.Error(), volume) || strings.Contains(err.Error(), "own/") {
			t.Errorf("error %v", err)
		}
	}
	f, err := open(t, nil, false).OpenFile("/tmp/f", os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil || strings.Contains(f.Name(), "/") {
		t.Errorf("a file's name tells where it lies: %v, %v", f, err)
	}
}
