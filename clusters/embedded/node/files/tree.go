package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// DefaultLimit is how many bytes a container may write: a script that fills a disk gets ENOSPC, the host stays well.
const DefaultLimit = 256 << 20

// Mount shows a folder or a single file of the host at a path of the container.
type Mount struct {
	Path, Host string
	Base       string // the folder that Host is in for good: links that lead out of it lead nowhere; empty: Host's own
	ReadOnly   bool
}

// Tree is the file tree of one container. All names are absolute paths in the container. It is safe for concurrent use.
type Tree struct {
	own      *os.Root
	image    fs.FS // nil if the image holds no files
	mounts   []*mount
	readOnly bool

	mu    sync.Mutex // held while the own layer changes its shape
	used  atomic.Int64
	limit atomic.Int64
}

// mount is a Mount that is open. A single file is a name in the root of its folder.
type mount struct {
	path     string
	root     *os.Root
	file     string // "" for a folder
	readOnly bool
}

// New opens the tree whose own layer is the host folder own, made if need be. image may be nil.
func New(own string, image fs.FS, mounts []Mount, readOnlyRoot bool) (*Tree, error) {
	if err := os.MkdirAll(own, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(own)
	if err != nil {
		return nil, err
	}
	t := &Tree{own: root, image: image}
	t.limit.Store(DefaultLimit)
	for _, dir := range []string{"/dev", "/proc"} {
		if err := t.mkdirAll(dir, 0o755); err != nil {
			t.Close()
			return nil, err
		}
	}
	// Outer mounts first: an inner one is then placed inside the outer one.
	sorted := append([]Mount(nil), mounts...)
	sort.SliceStable(sorted, func(i, j int) bool { return len(path.Clean(sorted[i].Path)) < len(path.Clean(sorted[j].Path)) })
	for _, m := range sorted {
		if err := t.mount(m); err != nil {
			t.Close()
			return nil, fmt.Errorf("mount %s at %s: %w", m.Host, m.Path, err)
		}
	}
	t.used.Store(usage(own))
	t.readOnly = readOnlyRoot
	return t, nil
}

// mount opens m, and makes the folder or the empty file that it covers, as a container runtime does.
func (t *Tree) mount(m Mount) error {
	opened := &mount{readOnly: m.ReadOnly}
	root, info, file, err := openMount(m)
	if err != nil {
		return err
	}
	opened.root, opened.file = root, file
	name := clean(m.Path)
	at, err := t.mountPoint(name, info.IsDir())
	if err != nil {
		opened.root.Close()
		return err
	}
	opened.path = at
	t.mounts = append([]*mount{opened}, t.mounts...) // the latest wins
	return nil
}

// openMount opens what is mounted, below its base: a container that shares a volume may have put links there. file is the
// name in root of a single file, and empty for a folder.
func openMount(m Mount) (root *os.Root, info fs.FileInfo, file string, err error) {
	base := m.Base
	if base == "" || base == m.Host {
		base = filepath.Dir(m.Host)
	}
	outer, err := os.OpenRoot(base)
	if err != nil {
		return nil, nil, "", err
	}
	if base, err = filepath.EvalSymlinks(base); err == nil {
		var host string
		if host, err = filepath.EvalSymlinks(m.Host); err == nil {
			file, err = filepath.Rel(base, host)
		}
	}
	if err == nil {
		info, err = outer.Lstat(file)
	}
	if err != nil || !info.IsDir() {
		if err != nil {
			outer.Close()
		}
		return outer, info, file, err
	}
	defer outer.Close()
	root, err = outer.OpenRoot(file)
	return root, info, "", err
}

func (t *Tree) mountPoint(name string, dir bool) (string, error) {
	parent := name
	if !dir {
		parent = path.Dir(name)
	}
	if err := t.mkdirAll(parent, 0o755); err != nil && !errors.Is(err, syscall.EROFS) {
		return "", err
	}
	at, _, err := t.walk(name, true)
	if errors.Is(err, syscall.ENOENT) && !dir {
		f, openErr := t.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644)
		if openErr != nil {
			return "", openErr
		}
		f.Close()
		at, _, err = t.walk(name, true)
	}
	return at, err
}

// Close releases the folders. Files that are open stay open.
func (t *Tree) Close() error {
	err := t.own.Close()
	for _, m := range t.mounts {
		err = errors.Join(err, m.root.Close())
	}
	return err
}

// SetLimit sets how many bytes the container may write before ENOSPC.
func (t *Tree) SetLimit(bytes int64) { t.limit.Store(bytes) }

// Usage says how many bytes the container has written, and how many it may.
func (t *Tree) Usage() (used, limit int64) { return max(0, t.used.Load()), t.limit.Load() }

// Mounts lists the mounts by container path, without their place on the host.
func (t *Tree) Mounts() []Mount {
	var list []Mount
	for _, m := range t.mounts {
		list = append(list, Mount{Path: m.path, ReadOnly: m.readOnly})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}

// ReadOnly reports whether the root file system is read-only.
func (t *Tree) ReadOnly() bool { return t.readOnly }

// clean makes any name an absolute, lexically clean path. It does not treat "..", walk does.
func clean(name string) string { return path.Clean("/" + name) }

// under reports whether name is dir or lies in it.
func under(name, dir string) bool {
	return name == dir || dir == "/" || strings.HasPrefix(name, dir+"/")
}

// rel turns an absolute container path into a name for an os.Root or an fs.FS.
func rel(name string) string {
	if name == "/" {
		return "."
	}
	return name[1:]
}

// mountAt finds the mount that holds a resolved path; nil if the own layer and the image do.
func (t *Tree) mountAt(name string) *mount {
	var best *mount
	for _, m := range t.mounts {
		if under(name, m.path) && (best == nil || len(m.path) > len(best.path)) {
			best = m
		}
	}
	return best
}

// in names a resolved path in the mount's root.
func (m *mount) in(name string) string {
	if m.file != "" {
		return m.file
	}
	return rel(clean(strings.TrimPrefix(name, m.path)))
}

// busy reports whether a mount stands at name or below it: such a path can be neither removed nor renamed.
func (t *Tree) busy(name string) bool {
	for _, m := range t.mounts {
		if under(m.path, name) {
			return true
		}
	}
	return false
}

// fail builds the error that a system call on name would give.
func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: errno(err)}
}

// errno finds the errno in err. An os.Root that refuses to be left has none: the program sees "permission denied".
func errno(err error) error {
	var number syscall.Errno
	switch {
	case errors.As(err, &number):
		return number
	case errors.Is(err, fs.ErrNotExist):
		return syscall.ENOENT
	case errors.Is(err, fs.ErrExist):
		return syscall.EEXIST
	case errors.Is(err, fs.ErrClosed):
		return syscall.EBADF
	}
	return syscall.EACCES
}
