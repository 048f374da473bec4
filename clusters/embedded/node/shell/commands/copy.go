package commands

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(cp, "cp")
	add(mv, "mv")
}

// maxDepth bounds how deep folders are walked.
const maxDepth = 500

// targets pairs what is copied or moved with where it goes.
func (c *command) targets(args []string, dir string, do func(from, to string) error) int {
	if len(args) < 2 && dir == "" || len(args) == 0 {
		return c.failf("usage: %s SOURCE... DEST", c.name)
	}
	last := dir
	if dir == "" {
		last, args = args[len(args)-1], args[:len(args)-1]
	}
	info, err := proc.Stat(c.Process, last, true)
	intoDir := err == nil && info.IsDir()
	if len(args) > 1 && !intoDir {
		return c.failf("target '%s' is not a directory", last)
	}
	code := 0
	for _, from := range args {
		to := last
		if intoDir {
			to = path.Join(last, path.Base(from))
		}
		if err := do(from, to); err != nil {
			code = c.failf("%v", err)
		}
	}
	return code
}

// about joins a name and an error for a message.
func about(before, name string, err error) error {
	return errors.New(before + "'" + name + "': " + proc.Message(err))
}

func cp(c *command) int {
	o := c.parse("r=recursive R a=archive f p L P d i n v u t: T")
	if o == nil {
		return 1
	}
	recursive := o.Has("r") || o.Has("R") || o.Has("a")
	keep := o.Has("P") || o.Has("d") || o.Has("a") || recursive && !o.Has("L")
	return c.targets(o.Args, o.Value("t"), func(from, to string) error {
		if o.Has("n") {
			if _, err := proc.Stat(c.Process, to, false); err == nil {
				return nil
			}
		}
		return c.copy(from, to, recursive, keep, o.Has("p") || o.Has("a"), 0)
	})
}

func (c *command) copy(from, to string, recursive, keepLinks, keepTimes bool, depth int) error {
	info, err := proc.Stat(c.Process, from, !keepLinks)
	if err != nil {
		return about("can't stat ", from, err)
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	switch {
	case info.IsDir() && !recursive:
		return errors.New("omitting directory '" + from + "'")
	case info.IsDir():
		return c.copyDir(from, to, info, keepLinks, keepTimes, depth)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := c.Files.Readlink(c.abs(from))
		if err == nil {
			c.Files.Remove(c.abs(to))
			err = c.Files.Symlink(target, c.abs(to))
		}
		if err != nil {
			return about("can't create symlink ", to, err)
		}
		return nil
	}
	a, _ := c.Files.Resolve(c.abs(from))
	if b, err := c.Files.Resolve(c.abs(to)); err == nil && a == b && a != "" {
		return errors.New("'" + from + "' and '" + to + "' are the same file")
	}
	in, err := proc.Open(c.Process, from, os.O_RDONLY, 0)
	if err != nil {
		return about("can't open ", from, err)
	}
	defer in.Close()
	out, err := proc.Open(c.Process, to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return about("can't create ", to, err)
	}
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Close())
	if err != nil {
		return about("write error: ", to, err)
	}
	if keepTimes {
		c.Files.Chtimes(c.abs(to), info.ModTime(), info.ModTime())
	}
	return nil
}

func (c *command) copyDir(from, to string, info fs.FileInfo, keepLinks, keepTimes bool, depth int) error {
	a, _ := c.Files.Resolve(c.abs(from))
	b, _ := c.Files.Resolve(c.abs(to))
	if depth == 0 && (a == b || strings.HasPrefix(b, strings.TrimSuffix(a, "/")+"/")) {
		return errors.New("can't copy '" + from + "' into itself")
	}
	if depth > maxDepth {
		return about("can't copy ", from, syscall.ENAMETOOLONG)
	}
	if err := c.Files.Mkdir(c.abs(to), info.Mode().Perm()); err != nil {
		if there, statErr := proc.Stat(c.Process, to, true); statErr != nil || !there.IsDir() {
			return about("can't create directory ", to, err)
		}
	}
	entries, err := c.Files.ReadDir(c.abs(from))
	if err != nil {
		return about("can't open ", from, err)
	}
	for _, e := range entries {
		if err := c.copy(path.Join(from, e.Name()), path.Join(to, e.Name()), true, keepLinks, keepTimes, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func mv(c *command) int {
	o := c.parse("f i n v t: T u")
	if o == nil {
		return 1
	}
	return c.targets(o.Args, o.Value("t"), func(from, to string) error {
		if o.Has("n") {
			if _, err := proc.Stat(c.Process, to, false); err == nil {
				return nil
			}
		}
		err := c.Files.Rename(c.abs(from), c.abs(to))
		if errors.Is(err, syscall.EXDEV) {
			if err := c.copy(from, to, true, true, true, 0); err != nil {
				return err
			}
			err = c.Files.RemoveAll(c.abs(from))
		}
		if err != nil {
			return about("can't rename ", from, err)
		}
		return nil
	})
}
