package files

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// File is an open file of a tree.
type File interface {
	io.ReadWriteCloser
	io.Seeker
	Stat() (fs.FileInfo, error)
	Name() string
}

const writing = os.O_WRONLY | os.O_RDWR | os.O_CREATE | os.O_TRUNC | os.O_APPEND

// Open opens a file or a folder for reading.
func (t *Tree) Open(name string) (File, error) { return t.OpenFile(name, os.O_RDONLY, 0) }

// OpenFile opens a file as open(2) does.
func (t *Tree) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := t.openFile(name, flag, perm)
	if err != nil {
		return nil, fail("open", name, err)
	}
	return f, nil
}

func (t *Tree) openFile(name string, flag int, perm fs.FileMode) (File, error) {
	if flag&writing != 0 {
		t.mu.Lock()
		defer t.mu.Unlock()
	}
	exclusive := flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0
	at, info, err := t.walk(name, !exclusive)
	switch {
	case errors.Is(err, syscall.ENOENT) && at != "" && flag&os.O_CREATE != 0:
		return t.createFile(at, flag, perm)
	case err != nil:
		return nil, err
	case exclusive:
		return nil, syscall.EEXIST
	case info.IsDir():
		if flag&writing != 0 {
			return nil, syscall.EISDIR
		}
		return &folder{tree: t, at: at, info: info}, nil
	}
	if d, ok := devices[at]; ok {
		return d.open()
	}
	if !info.Mode().IsRegular() {
		return nil, syscall.ENXIO // a pipe, a socket or a device of a volume: opening one could block or act on the host
	}
	if flag&writing == 0 {
		return t.openForReading(at)
	}
	return t.openForWriting(at, info, flag)
}

func (t *Tree) openForReading(at string) (File, error) {
	root, in := t.place(at)
	f, err := root.OpenFile(in, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err == nil {
		return t.checked(f)
	}
	if t.mountAt(at) != nil || !errors.Is(err, fs.ErrNotExist) || t.image == nil || !t.lower(at) {
		return nil, err
	}
	info, err := t.lstatImage(at)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(t.image, rel(at))
	if err != nil {
		return nil, err
	}
	return &lowerFile{Reader: bytes.NewReader(data), info: info}, nil
}

func (t *Tree) openForWriting(at string, info fs.FileInfo, flag int) (File, error) {
	if err := t.writable(at); err != nil {
		return nil, err
	}
	if t.mountAt(at) == nil {
		if err := t.copyUp(at); err != nil {
			return nil, err
		}
	}
	root, in := t.place(at)
	f, err := root.OpenFile(in, flag&^(os.O_CREATE|os.O_EXCL)|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if flag&os.O_TRUNC != 0 {
		t.used.Add(-info.Size())
	}
	return t.checked(f)
}

func (t *Tree) createFile(at string, flag int, perm fs.FileMode) (File, error) {
	if err := t.creatable(at); err != nil {
		return nil, err
	}
	root, in := t.place(at)
	// A container's root can read what it made, whatever the mode: the host's user, who may not be root, must as well.
	f, err := root.OpenFile(in, flag|os.O_CREATE|syscall.O_NONBLOCK, perm.Perm()|0o600)
	if err != nil {
		return nil, err
	}
	t.used.Add(nodeSize)
	return t.checked(f)
}

// place is the root that a change or an access at a resolved path goes to, and the path in it.
func (t *Tree) place(at string) (*os.Root, string) {
	if m := t.mountAt(at); m != nil {
		return m.root, m.in(at)
	}
	return t.own, rel(at)
}

// checked refuses what is no regular file after all: something may have been swapped in since it was looked at.
func (t *Tree) checked(f *os.File) (File, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = syscall.ENXIO
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &countedFile{File: f, tree: t}, nil
}

// ReadFile reads a whole file.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, _ := f.Stat(); info != nil && info.Mode()&fs.ModeDevice != 0 {
		return nil, fail("read", name, syscall.EINVAL) // most never end
	}
	data, err := io.ReadAll(f)
	return data, fail("read", name, err)
}

// WriteFile writes a whole file, made with perm if it does not exist.
func (t *Tree) WriteFile(name string, data []byte, perm fs.FileMode) error {
	f, err := t.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return fail("write", name, errors.Join(err, f.Close()))
}

// lowerFile is an open file of the image.
type lowerFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (l *lowerFile) Stat() (fs.FileInfo, error) { return l.info, nil }
func (l *lowerFile) Name() string               { return l.info.Name() }
func (l *lowerFile) Close() error               { return nil }
func (l *lowerFile) Write([]byte) (int, error)  { return 0, syscall.EBADF }

// folder is an open folder: it can be listed, not read.
type folder struct {
	tree *Tree
	at   string
	info fs.FileInfo
	left []fs.DirEntry
	read bool
}

func (d *folder) Stat() (fs.FileInfo, error)      { return d.info, nil }
func (d *folder) Name() string                    { return path.Base(d.at) }
func (d *folder) Close() error                    { return nil }
func (d *folder) Read([]byte) (int, error)        { return 0, fail("read", d.at, syscall.EISDIR) }
func (d *folder) Write([]byte) (int, error)       { return 0, fail("write", d.at, syscall.EISDIR) }
func (d *folder) Seek(int64, int) (int64, error)  { return 0, nil }
func (d *folder) all() (_ []fs.DirEntry, e error) { return d.tree.readDir(d.at) }

// ReadDir makes an open folder an fs.ReadDirFile.
func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		entries, err := d.all()
		if err != nil {
			return nil, fail("readdir", d.at, err)
		}
		d.left, d.read = entries, true
	}
	if n <= 0 || n > len(d.left) {
		if n > 0 && len(d.left) == 0 {
			return nil, io.EOF
		}
		n = len(d.left)
	}
	list := d.left[:n]
	d.left = d.left[n:]
	return list, nil
}

// FS shows the folder dir of the tree as an fs.FS, for file servers.
func (t *Tree) FS(dir string) fs.FS { return view{t, clean(dir)} }

type view struct {
	tree *Tree
	dir  string
}

func (v view) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, fail("open", name, syscall.EINVAL)
	}
	return v.tree.Open(path.Join(v.dir, name))
}
