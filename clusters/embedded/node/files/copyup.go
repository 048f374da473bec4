package files

import (
	"io/fs"
	"os"
	"path"
)

// copyUp brings the image's entry at a resolved path into the own layer, and the folders above it. Of a folder it brings the
// folder alone: its entries still show through.
func (t *Tree) copyUp(at string) error {
	if _, err := t.own.Lstat(rel(at)); err == nil || at == "/" {
		return err
	}
	info, err := t.lstatImage(at)
	if err != nil {
		return err
	}
	if err := t.copyUp(path.Dir(at)); err != nil {
		return err
	}
	if err := t.room(info.Size() + nodeSize); err != nil {
		return err
	}
	t.used.Add(nodeSize)
	switch {
	case info.IsDir():
		err = t.own.Mkdir(rel(at), info.Mode().Perm()|0o700)
	case info.Mode()&fs.ModeSymlink != 0:
		target, linkErr := fs.ReadLink(t.image, rel(at))
		if linkErr != nil {
			return linkErr
		}
		return t.own.Symlink(target, rel(at))
	default:
		err = t.copyFileUp(at, info)
	}
	if err != nil {
		return err
	}
	return t.own.Chtimes(rel(at), info.ModTime(), info.ModTime())
}

func (t *Tree) copyFileUp(at string, info fs.FileInfo) error {
	data, err := fs.ReadFile(t.image, rel(at))
	if err != nil {
		return err
	}
	f, err := t.own.OpenFile(rel(at), os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := f.Write(data)
	t.used.Add(int64(n))
	return err
}

// copyUpAll brings up a whole folder, so that it can be renamed.
func (t *Tree) copyUpAll(at string, info fs.FileInfo) error {
	if err := t.copyUp(at); err != nil || !info.IsDir() {
		return err
	}
	entries, err := t.readDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		child, err := e.Info()
		if err == nil {
			err = t.copyUpAll(path.Join(at, e.Name()), child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
