package files

import (
	"errors"
	"io/fs"
	"path"
	"sort"
	"strings"
	"syscall"
	"time"
)

// The own layer notes what it hides of the image by names, as OCI layers do.
const (
	hidden = ".wh."         // before the name of a removed image file
	opaque = ".wh..wh..opq" // in a folder that shows nothing of the image's folder of that name
)

// lstat describes a path that holds no link but perhaps its last part.
func (t *Tree) lstat(name string) (fs.FileInfo, error) {
	if reserved(name) {
		return nil, syscall.ENOENT
	}
	if d, ok := devices[name]; ok {
		return d, nil
	}
	if m := t.mountAt(name); m != nil {
		if m.file != "" && name != m.path {
			return nil, syscall.ENOTDIR
		}
		info, err := m.root.Lstat(m.in(name))
		return named(name, info), err
	}
	info, err := t.own.Lstat(rel(name))
	if err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return named(name, info), err
	}
	return t.lstatImage(name)
}

func (t *Tree) lstatImage(name string) (fs.FileInfo, error) {
	if t.image == nil || !t.lower(name) {
		return nil, syscall.ENOENT
	}
	info, err := fs.Lstat(t.image, rel(name))
	if err != nil {
		return nil, errno(err)
	}
	return withStat(name, info), nil
}

func (t *Tree) readlink(name string) (string, error) {
	if m := t.mountAt(name); m != nil {
		return m.root.Readlink(m.in(name))
	}
	target, err := t.own.Readlink(rel(name))
	if errors.Is(err, fs.ErrNotExist) && t.image != nil && t.lower(name) {
		return fs.ReadLink(t.image, rel(name))
	}
	return target, err
}

// lower reports whether the image's entry at name shows through the own layer.
func (t *Tree) lower(name string) bool {
	if t.image == nil {
		return false
	}
	for at := name; at != "/"; at = path.Dir(at) {
		if t.marked(whiteout(at)) || t.marked(path.Join(path.Dir(at), opaque)) {
			return false
		}
		if at != name {
			if info, err := t.own.Lstat(rel(at)); err == nil && !info.IsDir() {
				return false
			}
		}
	}
	return true
}

func (t *Tree) marked(name string) bool {
	_, err := t.own.Lstat(rel(name))
	return err == nil
}

func whiteout(name string) string { return path.Join(path.Dir(name), hidden+path.Base(name)) }

// reserved reports whether a name would be taken for a note of the own layer.
func reserved(name string) bool { return strings.HasPrefix(path.Base(name), hidden) }

// ReadDir lists a folder, sorted by name.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	at, info, err := t.walk(name, true)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, fail("open", name, err)
	}
	entries, err := t.readDir(at)
	return entries, fail("open", name, err)
}

func (t *Tree) readDir(at string) ([]fs.DirEntry, error) {
	names := map[string]bool{}
	list := func(entries []fs.DirEntry) {
		for _, e := range entries {
			names[e.Name()] = true
		}
	}
	if m := t.mountAt(at); m != nil {
		entries, err := fs.ReadDir(m.root.FS(), m.in(at))
		if err != nil {
			return nil, err
		}
		list(entries)
	} else {
		if t.image != nil && t.lower(at) && !t.marked(path.Join(at, opaque)) {
			if entries, err := fs.ReadDir(t.image, rel(at)); err == nil {
				list(entries)
			}
		}
		entries, err := fs.ReadDir(t.own.FS(), rel(at))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		list(entries)
	}
	for device := range devices {
		if path.Dir(device) == at {
			names[path.Base(device)] = true
		}
	}
	var entries []fs.DirEntry
	for entry := range names {
		// What is hidden, or has just gone, is no entry.
		if info, err := t.lstat(path.Join(at, entry)); err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	return entries, nil
}

// renamed is a FileInfo under its name in the container: a root's "." is "etc" for those who list "/etc".
type renamed struct {
	fs.FileInfo
	name string
}

func (r renamed) Name() string { return r.name }

func named(name string, info fs.FileInfo) fs.FileInfo {
	if info == nil || info.Name() == path.Base(name) {
		return info
	}
	return renamed{info, path.Base(name)}
}

// lowerInfo describes a file of the image. Sys is a *syscall.Stat_t as for every other file: callers may rely on it.
type lowerInfo struct {
	fs.FileInfo
	name string
}

func (l lowerInfo) Name() string { return l.name }
func (l lowerInfo) Sys() any     { return new(syscall.Stat_t) }

// Mode gives image files that state no permissions the usual ones: an image written as a Go map need not spell them out.
func (l lowerInfo) Mode() fs.FileMode {
	mode := l.FileInfo.Mode()
	if mode.Perm() != 0 {
		return mode
	}
	if mode.IsDir() || mode&fs.ModeSymlink != 0 {
		return mode | 0o755
	}
	return mode | 0o644
}

func (l lowerInfo) ModTime() time.Time {
	if at := l.FileInfo.ModTime(); !at.IsZero() {
		return at
	}
	return time.Unix(0, 0)
}

func withStat(name string, info fs.FileInfo) fs.FileInfo { return lowerInfo{info, path.Base(name)} }
