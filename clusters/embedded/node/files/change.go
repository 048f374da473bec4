package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// writable fails unless the file or folder at a resolved path may be changed.
func (t *Tree) writable(at string) error {
	if m := t.mountAt(at); m != nil {
		if m.readOnly {
			return syscall.EROFS
		}
		return nil
	}
	if t.readOnly || strings.HasPrefix(at, "/proc/") {
		return syscall.EROFS
	}
	return nil
}

// creatable prepares a resolved path for a new entry: its folder is in the own layer, no whiteout hides it.
func (t *Tree) creatable(at string) error {
	if err := t.writable(at); err != nil {
		return err
	}
	if len(path.Base(at)) > 255 {
		return syscall.ENAMETOOLONG
	}
	if reserved(at) {
		return syscall.EPERM
	}
	if err := t.room(nodeSize); err != nil {
		return err
	}
	if t.mountAt(at) != nil {
		return nil
	}
	if err := t.copyUp(path.Dir(at)); err != nil {
		return err
	}
	if err := t.own.Remove(rel(whiteout(at))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Mkdir makes one folder.
func (t *Tree) Mkdir(name string, perm fs.FileMode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fail("mkdir", name, t.mkdir(name, perm))
}

func (t *Tree) mkdir(name string, perm fs.FileMode) error {
	at, _, err := t.walk(name, false)
	if err == nil {
		return syscall.EEXIST
	}
	if !errors.Is(err, syscall.ENOENT) || at == "" {
		return err
	}
	_, lowerErr := t.lstatHidden(at)
	if err := t.creatable(at); err != nil {
		return err
	}
	root, in := t.place(at)
	if err := root.Mkdir(in, perm.Perm()|0o700); err != nil {
		return err
	}
	t.used.Add(nodeSize)
	if perm&fs.ModeSticky != 0 {
		root.Chmod(in, perm|0o700)
	}
	if lowerErr == nil && t.mountAt(at) == nil {
		return t.mark(path.Join(at, opaque)) // what was removed from the image stays removed
	}
	return nil
}

// lstatHidden looks into the image even where the own layer hides it.
func (t *Tree) lstatHidden(at string) (fs.FileInfo, error) {
	if t.image == nil {
		return nil, syscall.ENOENT
	}
	return fs.Lstat(t.image, rel(at))
}

// MkdirAll makes a folder and those above it that do not exist.
func (t *Tree) MkdirAll(name string, perm fs.FileMode) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fail("mkdir", name, t.mkdirAll(name, perm))
}

func (t *Tree) mkdirAll(name string, perm fs.FileMode) error {
	at := ""
	for _, part := range parts(name) {
		at += "/" + part
		_, info, err := t.walk(at, true)
		if errors.Is(err, syscall.ENOENT) {
			if err = t.mkdir(at, perm); errors.Is(err, syscall.EEXIST) {
				err = nil
			}
		} else if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Symlink makes newname a link to oldname, which need not exist.
func (t *Tree) Symlink(oldname, newname string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, _, err := t.walk(newname, false)
	switch {
	case err == nil:
		err = syscall.EEXIST
	case errors.Is(err, syscall.ENOENT) && at != "":
		if err = t.creatable(at); err == nil {
			root, in := t.place(at)
			err = root.Symlink(oldname, in)
			t.used.Add(nodeSize)
		}
	}
	return fail("symlink", newname, err)
}

// Link makes newname another name of the file oldname.
func (t *Tree) Link(oldname, newname string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fail("link", newname, t.link(oldname, newname))
}

func (t *Tree) link(oldname, newname string) error {
	from, info, err := t.walk(oldname, false)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return syscall.EPERM
	}
	to, _, err := t.walk(newname, false)
	if err == nil {
		return syscall.EEXIST
	}
	if !errors.Is(err, syscall.ENOENT) || to == "" {
		return err
	}
	m := t.mountAt(from)
	if m != t.mountAt(to) || m != nil && m.file != "" {
		return syscall.EXDEV
	}
	if err := t.creatable(to); err != nil {
		return err
	}
	if m == nil {
		if err := t.copyUp(from); err != nil {
			return err
		}
	}
	root, in := t.place(from)
	_, target := t.place(to)
	return root.Link(in, target)
}

// Chmod changes the permissions. The owner keeps reading, and entering folders: on the host, that is the node program.
func (t *Tree) Chmod(name string, mode fs.FileMode) error {
	return t.change("chmod", name, func(root *os.Root, in string, info fs.FileInfo) error {
		mode |= 0o400
		if info.IsDir() {
			mode |= 0o700
		}
		// Set-user-id bits would mean the host's user, and mean nothing here.
		return root.Chmod(in, mode&(fs.ModePerm|fs.ModeSticky))
	})
}

// Chown checks that name exists and may be changed. Owners of files are not kept: all are the node program's on the host.
func (t *Tree) Chown(name string, uid, gid int) error {
	return t.change("chown", name, func(*os.Root, string, fs.FileInfo) error { return nil })
}

// Chtimes changes the times of access and of modification.
func (t *Tree) Chtimes(name string, atime, mtime time.Time) error {
	return t.change("chtimes", name, func(root *os.Root, in string, _ fs.FileInfo) error {
		return root.Chtimes(in, atime, mtime)
	})
}

// Truncate sets the size of a file.
func (t *Tree) Truncate(name string, size int64) error {
	f, err := t.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if counted, ok := f.(*countedFile); ok {
		return fail("truncate", name, counted.Truncate(size))
	}
	return fail("truncate", name, syscall.EINVAL)
}

// change lets do work on what name leads to, in the layer where it may be changed.
func (t *Tree) change(op, name string, do func(*os.Root, string, fs.FileInfo) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, info, err := t.walk(name, true)
	if err != nil {
		return fail(op, name, err)
	}
	if _, ok := devices[at]; ok {
		return fail(op, name, syscall.EPERM)
	}
	if err := t.writable(at); err != nil {
		return fail(op, name, err)
	}
	if t.mountAt(at) == nil {
		if err := t.copyUp(at); err != nil {
			return fail(op, name, err)
		}
	}
	root, in := t.place(at)
	return fail(op, name, do(root, in, info))
}

// Writable fails with EROFS if what name leads to lies on something that is read-only.
func (t *Tree) Writable(name string) error {
	at, _, err := t.walk(name, true)
	if err == nil {
		err = t.writable(at)
	}
	return fail("access", name, err)
}
