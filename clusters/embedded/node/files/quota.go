package files

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// nodeSize is what a file or a folder counts besides its content, so that a million empty files meet the limit, too.
const nodeSize = 4096

// usage adds up what a folder of the host holds.
func usage(dir string) int64 {
	var sum int64
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone meanwhile
		}
		sum += nodeSize
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// room fails with ENOSPC if the tree may not grow by so many bytes.
func (t *Tree) room(bytes int64) error {
	if bytes > 0 && t.used.Load()+bytes > t.limit.Load() {
		return syscall.ENOSPC
	}
	return nil
}

// countedFile is a file on the host whose growth counts. Only the methods of File are reachable.
type countedFile struct {
	*os.File
	tree *Tree
}

func (c *countedFile) size() int64 {
	info, err := c.File.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

func (c *countedFile) Write(b []byte) (int, error) {
	before := c.size()
	// With O_APPEND the offset lies: the estimate is then too high, and only matters near the limit.
	offset, err := c.File.Seek(0, io.SeekCurrent)
	if err != nil {
		offset = before
	}
	if err := c.tree.room(max(offset+int64(len(b)), before) - before); err != nil {
		return 0, fail("write", c.Name(), err)
	}
	n, err := c.File.Write(b)
	c.tree.used.Add(c.size() - before)
	return n, fail("write", c.Name(), err)
}

// Read reads as os.File does, but its errors do not tell where the file lies on the host.
func (c *countedFile) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	if err != nil && err != io.EOF {
		err = fail("read", c.Name(), err)
	}
	return n, err
}

// WriteTo hides os.File's own, for the same reason.
func (c *countedFile) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{c})
}

// Truncate sets the file's size.
func (c *countedFile) Truncate(size int64) error {
	before := c.size()
	if err := c.tree.room(size - before); err != nil {
		return fail("truncate", c.Name(), err)
	}
	err := c.File.Truncate(size)
	c.tree.used.Add(c.size() - before)
	return err
}

// Name is the file's base name: where it lies on the host is not the container's business.
func (c *countedFile) Name() string { return filepath.Base(c.File.Name()) }

// ReadFrom hides os.File's own, which would write past the limit.
func (c *countedFile) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}
