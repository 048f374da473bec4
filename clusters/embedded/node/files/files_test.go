package files_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"driftlab/clusters/embedded/node/files"
)

func image() fstest.MapFS {
	return fstest.MapFS{
		"etc/passwd":              {Data: []byte("root:x:0:0:root:/root:/bin/sh\n")},
		"etc/nginx/nginx.conf":    {Data: []byte("worker_processes 1;\n"), Mode: 0o644},
		"etc/nginx/conf.d/a.conf": {Data: []byte("a\n")},
		"usr/share/html/index":    {Data: []byte("hello\n")},
		"var/run":                 {Data: []byte("../run"), Mode: fs.ModeSymlink | 0o777},
		"run/keep":                {Data: []byte("k\n")},
		"loop/a":                  {Data: []byte("b"), Mode: fs.ModeSymlink | 0o777},
		"loop/b":                  {Data: []byte("a"), Mode: fs.ModeSymlink | 0o777},
		"tmp":                     {Mode: fs.ModeDir | 0o777},
	}
}

func open(t *testing.T, mounts []files.Mount, readOnly bool) *files.Tree {
	t.Helper()
	tree, err := files.New(filepath.Join(t.TempDir(), "own"), image(), mounts, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// want fails the test unless err is the errno; 0 stands for no error.
func want(t *testing.T, what string, err error, number syscall.Errno) {
	t.Helper()
	var pathError *fs.PathError
	if number == 0 && err == nil || number != 0 && errors.Is(err, number) && errors.As(err, &pathError) {
		return
	}
	t.Errorf("%s: got %v, want %v", what, err, number)
}

func content(t *testing.T, tree *files.Tree, name, text string) {
	t.Helper()
	data, err := tree.ReadFile(name)
	if err != nil || string(data) != text {
		t.Errorf("%s: got %q, %v; want %q", name, data, err, text)
	}
}

func names(t *testing.T, tree *files.Tree, dir string) string {
	t.Helper()
	entries, err := tree.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func TestImageShowsThrough(t *testing.T) {
	tree := open(t, nil, false)
	content(t, tree, "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
	content(t, tree, "/var/run/keep", "k\n")
	content(t, tree, "/var/run/../etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
	content(t, tree, "etc//nginx/./nginx.conf", "worker_processes 1;\n")
	if got := names(t, tree, "/"); got != "dev etc loop proc run tmp usr var" {
		t.Errorf("/ holds %q", got)
	}
	for name, number := range map[string]syscall.Errno{
		"/nope":             syscall.ENOENT,
		"/nope/x":           syscall.ENOENT,
		"/etc/passwd/x":     syscall.ENOTDIR,
		"/etc/passwd/":      syscall.ENOTDIR,
		"/loop/a":           syscall.ELOOP,
		"/a\x00b":           syscall.EINVAL,
		"/dev/tty":          syscall.ENXIO,
		"/proc/self/maps":   syscall.ENOENT,
		"/proc/1/environ":   syscall.ENOENT,
		"/etc/.wh.passwd":   syscall.ENOENT,
		"/" + longName(300): syscall.ENAMETOOLONG,
	} {
		_, err := tree.Open(name)
		want(t, name[:min(len(name), 20)], err, number)
	}
}

func longName(n int) string { return strings.Repeat("x", n) }

func TestWritesAndWhiteouts(t *testing.T) {
	img := image()
	own := filepath.Join(t.TempDir(), "own")
	tree, err := files.New(own, img, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	f, err := tree.OpenFile("/etc/passwd", os.O_WRONLY|os.O_APPEND, 0)
	want(t, "append", err, 0)
	io.WriteString(f, "me\n")
	f.Close()
	content(t, tree, "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nme\n")
	if string(img["etc/passwd"].Data) != "root:x:0:0:root:/root:/bin/sh\n" {
		t.Error("the image changed")
	}
	want(t, "rmdir full", tree.Remove("/etc/nginx"), syscall.ENOTEMPTY)
	want(t, "rm", tree.Remove("/etc/nginx/nginx.conf"), 0)
	want(t, "rm twice", tree.Remove("/etc/nginx/nginx.conf"), syscall.ENOENT)
	if got := names(t, tree, "/etc/nginx"); got != "conf.d" {
		t.Errorf("after rm: %q", got)
	}
	want(t, "rm -r", tree.RemoveAll("/etc/nginx"), 0)
	want(t, "mkdir", tree.Mkdir("/etc/nginx", 0o755), 0)
	if got := names(t, tree, "/etc/nginx"); got != "" {
		t.Errorf("a new folder shows the image's: %q", got)
	}
	_, err = tree.Stat("/etc/nginx/conf.d/a.conf")
	want(t, "below the new folder", err, syscall.ENOENT)
	want(t, "rename folder", tree.Rename("/usr/share", "/etc/nginx/share"), 0)
	content(t, tree, "/etc/nginx/share/html/index", "hello\n")
	_, err = tree.Stat("/usr/share")
	want(t, "after rename", err, syscall.ENOENT)
	want(t, "rename into itself", tree.Rename("/etc/nginx", "/etc/nginx/share/x"), syscall.EINVAL)
	want(t, "rename over", tree.Rename("/run/keep", "/etc/passwd"), 0)
	content(t, tree, "/etc/passwd", "k\n")
	want(t, "reserved", tree.WriteFile("/etc/.wh.passwd", nil, 0o644), syscall.EPERM)
	want(t, "link", tree.Link("/etc/passwd", "/tmp/p"), 0)
	want(t, "chmod", tree.Chmod("/tmp/p", 0), 0)
	content(t, tree, "/tmp/p", "k\n")
	tree.Close()

	again, err := files.New(own, img, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	content(t, again, "/etc/nginx/share/html/index", "hello\n")
	if got := names(t, again, "/etc/nginx"); got != "share" {
		t.Errorf("after reopening: %q", got)
	}
}

func TestMounts(t *testing.T) {
	volume, config := t.TempDir(), t.TempDir()
	os.MkdirAll(filepath.Join(config, "..2026_01"), 0o755)
	os.WriteFile(filepath.Join(config, "..2026_01", "key"), []byte("v1"), 0o644)
	os.Symlink("..2026_01", filepath.Join(config, "..data"))
	os.Symlink("..data/key", filepath.Join(config, "key"))
	hosts := filepath.Join(t.TempDir(), "hosts")
	os.WriteFile(hosts, []byte("127.0.0.1 localhost\n"), 0o644)
	tree := open(t, []files.Mount{
		{Path: "/etc/hosts", Host: hosts},
		{Path: "/etc/nginx/conf.d", Host: volume},
		{Path: "/var/run/secrets/x", Host: config, ReadOnly: true},
		{Path: "/a/b/c", Host: volume},
	}, true)
	content(t, tree, "/etc/hosts", "127.0.0.1 localhost\n")
	content(t, tree, "/run/secrets/x/key", "v1")
	if got := names(t, tree, "/etc/nginx/conf.d"); got != "" {
		t.Errorf("the mount does not cover the image: %q", got)
	}
	want(t, "write hosts", tree.WriteFile("/etc/hosts", []byte("new"), 0o644), 0)
	want(t, "write volume", tree.WriteFile("/a/b/c/f", []byte("f"), 0o644), 0)
	content(t, tree, "/etc/nginx/conf.d/f", "f")
	for what, c := range map[string]struct {
		err    error
		number syscall.Errno
	}{
		"write read-only mount": {tree.WriteFile("/run/secrets/x/key", nil, 0o644), syscall.EROFS},
		"make in it":            {tree.Mkdir("/run/secrets/x/d", 0o755), syscall.EROFS},
		"remove in it":          {tree.Remove("/run/secrets/x/key"), syscall.EROFS},
		"write read-only root":  {tree.WriteFile("/etc/passwd", nil, 0o644), syscall.EROFS},
		"make in root":          {tree.WriteFile("/x", nil, 0o644), syscall.EROFS},
		"remove in root":        {tree.Remove("/etc/passwd"), syscall.EROFS},
		"chmod in root":         {tree.Chmod("/etc/passwd", 0o600), syscall.EROFS},
		"remove a mount":        {tree.RemoveAll("/a"), syscall.EBUSY},
		"rename across":         {tree.Rename("/a/b/c/f", "/etc/hosts"), syscall.EXDEV},
		"link across":           {tree.Link("/a/b/c/f", "/etc/nginx/conf.d/g"), syscall.EXDEV},
	} {
		want(t, what, c.err, c.number)
	}
}

func TestDevices(t *testing.T) {
	tree := open(t, nil, true)
	want(t, "write /dev/null", tree.WriteFile("/dev/null", []byte("x"), 0), 0)
	want(t, "write /dev/full", tree.WriteFile("/dev/full", []byte("x"), 0), syscall.ENOSPC)
	want(t, "remove /dev/null", tree.Remove("/dev/null"), syscall.EPERM)
	f, err := tree.Open("/dev/zero")
	want(t, "open /dev/zero", err, 0)
	got := []byte{1, 2}
	if io.ReadFull(f, got); !bytes.Equal(got, []byte{0, 0}) {
		t.Errorf("/dev/zero gave %v", got)
	}
}

func TestLimit(t *testing.T) {
	tree := open(t, nil, false)
	tree.SetLimit(1 << 20)
	want(t, "small", tree.WriteFile("/tmp/a", make([]byte, 500<<10), 0o644), 0)
	want(t, "too much", tree.WriteFile("/tmp/b", make([]byte, 600<<10), 0o644), syscall.ENOSPC)
	want(t, "sparse", tree.Truncate("/tmp/a", 1<<40), syscall.ENOSPC)
	want(t, "remove", tree.RemoveAll("/tmp"), 0)
	want(t, "mkdir", tree.Mkdir("/tmp", 0o777), 0)
	want(t, "room again", tree.WriteFile("/tmp/b", make([]byte, 600<<10), 0o644), 0)
	var err error
	for i := 0; i < 1000 && err == nil; i++ {
		err = tree.WriteFile("/tmp/n"+strings.Repeat("i", i%200)+string(rune('a'+i/200)), nil, 0o644)
	}
	want(t, "many empty files", err, syscall.ENOSPC)
}
