package commands

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(tarCommand, "tar") }

func tarCommand(c *command) int {
	args := c.Args[1:]
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		args = append([]string{"-" + args[0]}, args[1:]...) // "tar cf" is "tar -cf"
	}
	o, err := proc.Parse(args, "c x t f=file: C=directory: z v m p o k O strip-components: exclude: no-same-owner no-same-permissions warning: numeric-owner h T: overwrite a")
	if err != nil {
		return c.failf("%v", err)
	}
	if dir := o.Value("C"); dir != "" {
		info, err := proc.Stat(c.Process, dir, true)
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return c.failf("can't change directory to '%s': %s", dir, proc.Message(err))
		}
	}
	switch {
	case o.Has("c"):
		err = c.tarCreate(o)
	case o.Has("x"), o.Has("t"):
		err = c.tarRead(o)
	default:
		return c.failf("usage: tar c|x|t [-zvO] [-f FILE] [-C DIR] [FILE]...")
	}
	if err != nil {
		if stopped(err) {
			return 1
		}
		return c.failf("%v", err)
	}
	return 0
}

func (c *command) tarCreate(o proc.Options) error {
	if len(o.Args) == 0 {
		return errors.New("empty archive")
	}
	var out io.Writer = c.Stdout
	if name := o.Value("f"); name != "" && name != "-" {
		f, err := proc.Open(c.Process, name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return about("can't open ", name, err)
		}
		defer f.Close()
		out = f
	}
	if o.Has("z") {
		z := gzip.NewWriter(out)
		defer z.Close()
		out = z
	}
	archive := tar.NewWriter(out)
	for _, name := range o.Args {
		if err := c.tarAdd(archive, o, name, 0); err != nil {
			return err
		}
	}
	return archive.Close()
}

func (c *command) tarPath(o proc.Options, name string) string {
	if dir := o.Value("C"); dir != "" && !strings.HasPrefix(name, "/") {
		return strings.TrimSuffix(c.abs(dir), "/") + "/" + name
	}
	return c.abs(name)
}

func (c *command) tarAdd(archive *tar.Writer, o proc.Options, name string, depth int) error {
	for _, pattern := range o.All("exclude") {
		if ok, _ := path.Match(pattern, path.Base(name)); ok {
			return nil
		}
	}
	at := c.tarPath(o, name)
	info, err := c.Files.Lstat(at)
	if err != nil {
		return errors.New(name + ": " + proc.Message(err))
	}
	target := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		if target, err = c.Files.Readlink(at); err != nil {
			return err
		}
	} else if !info.IsDir() && !info.Mode().IsRegular() {
		return nil
	}
	member := strings.TrimLeft(name, "/")
	if member == "" {
		member = "."
	}
	// The header is made by hand: FileInfoHeader would look up the owner among the host's users.
	header := &tar.Header{Name: member, Size: info.Size(), Mode: int64(info.Mode().Perm()), ModTime: info.ModTime(), Linkname: target,
		Uname: "root", Gname: "root", Typeflag: tar.TypeReg}
	switch {
	case info.IsDir():
		header.Typeflag, header.Size = tar.TypeDir, 0
		header.Name = strings.TrimSuffix(member, "/") + "/"
	case target != "":
		header.Typeflag, header.Size = tar.TypeSymlink, 0
	}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	if o.Has("v") {
		fmt.Fprintln(c.Stderr, header.Name)
	}
	if header.Typeflag == tar.TypeReg {
		f, err := c.Files.Open(at)
		if err != nil {
			return errors.New(name + ": " + proc.Message(err))
		}
		defer f.Close()
		_, err = io.CopyN(archive, f, info.Size())
		return err
	}
	if !info.IsDir() || depth > maxDepth {
		return nil
	}
	entries, err := c.Files.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := c.tarAdd(archive, o, strings.TrimSuffix(name, "/")+"/"+e.Name(), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *command) tarRead(o proc.Options) error {
	in := c.Stdin
	if name := o.Value("f"); name != "" && name != "-" {
		f, err := c.open(name)
		if err != nil {
			return about("can't open ", name, err)
		}
		defer f.Close()
		in = f
	}
	if o.Has("z") {
		z, err := gzip.NewReader(in)
		if err != nil {
			return errors.New("invalid magic")
		}
		in = z
	}
	strip := 0
	fmt.Sscan(o.Value("strip-components"), &strip)
	archive := tar.NewReader(in)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			io.Copy(io.Discard, in) // whoever writes is not to meet a broken pipe
			return nil
		}
		if err != nil {
			return errors.New("short read")
		}
		if !tarWanted(o.Args, header.Name) {
			continue
		}
		if o.Has("t") {
			if _, err := fmt.Fprintln(c.Stdout, header.Name); err != nil {
				return err
			}
			continue
		}
		parts := strings.Split(strings.Trim(path.Clean("/"+header.Name), "/"), "/")
		if len(parts) <= strip {
			continue
		}
		if o.Has("v") {
			fmt.Fprintln(c.Stdout, header.Name)
		}
		if o.Has("O") {
			if _, err := io.Copy(c.Stdout, archive); err != nil {
				return err
			}
			continue
		}
		if err := c.tarExtract(c.tarPath(o, strings.Join(parts[strip:], "/")), header, archive); err != nil {
			return errors.New(header.Name + ": " + proc.Message(err))
		}
	}
}

func tarWanted(names []string, name string) bool {
	if len(names) == 0 {
		return true
	}
	name = path.Clean(name)
	for _, wanted := range names {
		wanted = path.Clean(wanted)
		if name == wanted || strings.HasPrefix(name, wanted+"/") {
			return true
		}
	}
	return false
}

// tarExtract writes one member. Its name has no "..", and links are resolved in the container's tree: none leads out of it.
func (c *command) tarExtract(at string, header *tar.Header, data io.Reader) error {
	mode := fs.FileMode(header.Mode).Perm()
	if header.Typeflag == tar.TypeDir {
		return c.Files.MkdirAll(at, mode|0o700)
	}
	if err := c.Files.MkdirAll(path.Dir(at), 0o755); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeSymlink:
		c.Files.Remove(at)
		return c.Files.Symlink(header.Linkname, at)
	case tar.TypeLink:
		c.Files.Remove(at)
		return c.Files.Link(path.Join(path.Dir(at), path.Base(header.Linkname)), at)
	case tar.TypeReg:
		if info, err := c.Files.Lstat(at); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			c.Files.Remove(at)
		}
		f, err := c.Files.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, data)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		c.Files.Chmod(at, mode)
		return c.Files.Chtimes(at, header.ModTime, header.ModTime)
	}
	return syscall.EPERM // devices and pipes
}
