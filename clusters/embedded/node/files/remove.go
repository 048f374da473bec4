package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// Remove removes a file, a link or an empty folder.
func (t *Tree) Remove(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, info, err := t.walk(name, false)
	if err == nil {
		err = t.remove(at, info)
	}
	return fail("remove", name, err)
}

func (t *Tree) remove(at string, info fs.FileInfo) error {
	if err := t.removable(at); err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := t.readDir(at)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			return syscall.ENOTEMPTY
		}
	}
	root, in := t.place(at)
	if t.mountAt(at) != nil {
		if err := root.Remove(in); err != nil {
			return err
		}
		t.uncount(info)
		return nil
	}
	// An empty folder may still hold whiteouts: RemoveAll takes them along.
	if _, err := root.Lstat(in); err == nil {
		if err := root.RemoveAll(in); err != nil {
			return err
		}
		t.uncount(info)
	}
	return t.hide(at)
}

func (t *Tree) removable(at string) error {
	if at == "/" || at == "/dev" || at == "/proc" || t.busy(at) {
		return syscall.EBUSY
	}
	if _, ok := devices[at]; ok {
		return syscall.EPERM
	}
	return t.writable(at)
}

// uncount gives back what a removed entry counted. A file with other names still takes its room.
func (t *Tree) uncount(info fs.FileInfo) {
	t.used.Add(-nodeSize)
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && info.Mode().IsRegular() && stat.Nlink <= 1 {
		t.used.Add(-info.Size())
	}
}

// hide notes that the image's entry at a path is gone.
func (t *Tree) hide(at string) error {
	if _, err := t.lstatImage(at); err != nil {
		return nil // there is none to hide
	}
	if err := t.copyUp(path.Dir(at)); err != nil {
		return err
	}
	return t.mark(whiteout(at))
}

func (t *Tree) mark(name string) error {
	f, err := t.own.OpenFile(rel(name), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// RemoveAll removes name and what is below it. It is no error if there is no such file.
func (t *Tree) RemoveAll(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, info, err := t.walk(name, false)
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err == nil {
		err = t.removeAll(at, info)
	}
	return fail("remove", name, err)
}

func (t *Tree) removeAll(at string, info fs.FileInfo) error {
	if err := t.removable(at); err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := t.readDir(at)
		if err != nil {
			return err
		}
		for _, e := range entries {
			child, err := e.Info()
			if err == nil {
				err = t.removeAll(path.Join(at, e.Name()), child)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return t.remove(at, info)
}

// Rename moves oldname to newname, in the place of a file or an empty folder that is there. Between two mounts it fails with
// EXDEV, as on Linux: mv then copies.
func (t *Tree) Rename(oldname, newname string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fail("rename", oldname, t.rename(oldname, newname))
}

func (t *Tree) rename(oldname, newname string) error {
	from, info, err := t.walk(oldname, false)
	if err != nil {
		return err
	}
	to, old, err := t.walk(newname, false)
	exists := err == nil
	if err != nil && (!errors.Is(err, syscall.ENOENT) || to == "") {
		return err
	}
	if from == to {
		return nil
	}
	if under(to, from) {
		return syscall.EINVAL
	}
	if t.mountAt(from) != t.mountAt(to) {
		return syscall.EXDEV
	}
	if err := t.removable(from); err != nil {
		return err
	}
	if exists {
		if info.IsDir() && !old.IsDir() {
			return syscall.ENOTDIR
		}
		if !info.IsDir() && old.IsDir() {
			return syscall.EISDIR
		}
		if t.busy(to) {
			return syscall.EBUSY
		}
		if info.IsDir() || t.mountAt(to) == nil {
			if err := t.remove(to, old); err != nil {
				return err
			}
		} else {
			t.uncount(old)
		}
	}
	return t.moveEntry(from, to, info)
}

func (t *Tree) moveEntry(from, to string, info fs.FileInfo) error {
	_, hiddenErr := t.lstatHidden(to)
	if err := t.creatable(to); err != nil {
		return err
	}
	root, in := t.place(from)
	_, target := t.place(to)
	if t.mountAt(from) != nil {
		return root.Rename(in, target)
	}
	if err := t.copyUpAll(from, info); err != nil {
		return err
	}
	if err := root.Rename(in, target); err != nil {
		return err
	}
	if info.IsDir() && hiddenErr == nil {
		if err := t.mark(path.Join(to, opaque)); err != nil {
			return err
		}
	}
	return t.hide(from)
}
