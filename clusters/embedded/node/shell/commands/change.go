package commands

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(touch, "touch")
	add(mkdir, "mkdir")
	add(rmdir, "rmdir")
	add(rm, "rm")
	add(ln, "ln")
	add(chmod, "chmod")
	add(chown, "chown", "chgrp")
	add(mktemp, "mktemp")
	add(truncate, "truncate")
	add(mkfifo, "mkfifo", "mknod")
	add(func(*command) int { return 0 }, "sync")
}

func touch(c *command) int {
	o := c.parse("c a m d=date: r: t:")
	if o == nil {
		return 1
	}
	at := time.Now()
	if o.Has("d") {
		parsed, err := parseDate(o.Value("d"))
		if err != nil {
			return c.failf("invalid date '%s'", o.Value("d"))
		}
		at = parsed
	}
	if o.Has("r") {
		info, err := proc.Stat(c.Process, o.Value("r"), true)
		if err != nil {
			return c.failf("%s: %s", o.Value("r"), proc.Message(err))
		}
		at = info.ModTime()
	}
	code := 0
	for _, name := range o.Args {
		err := c.Files.Chtimes(c.abs(name), at, at)
		if errors.Is(err, syscall.ENOENT) && !o.Has("c") {
			if err = c.Files.WriteFile(c.abs(name), nil, 0o644); err == nil {
				err = c.Files.Chtimes(c.abs(name), at, at)
			}
		}
		if err != nil && !errors.Is(err, syscall.ENOENT) || err != nil && !o.Has("c") {
			code = c.failf("%s: %s", name, proc.Message(err))
		}
	}
	return code
}

func mkdir(c *command) int {
	o := c.parse("p=parents m=mode: v")
	if o == nil {
		return 1
	}
	code := 0
	for _, name := range o.Args {
		mode := fs.FileMode(0o755)
		if o.Has("m") {
			n, err := strconv.ParseUint(o.Value("m"), 8, 12)
			if err != nil {
				return c.failf("invalid mode '%s'", o.Value("m"))
			}
			mode = fs.FileMode(n)
		}
		make := c.Files.Mkdir
		if o.Has("p") {
			make = c.Files.MkdirAll
		}
		if err := make(c.abs(name), mode); err != nil {
			code = c.failf("can't create directory '%s': %s", name, proc.Message(err))
		}
	}
	return code
}

func rmdir(c *command) int {
	o := c.parse("p ignore-fail-on-non-empty")
	if o == nil {
		return 1
	}
	code := 0
	for _, name := range o.Args {
		info, err := proc.Stat(c.Process, name, false)
		if err == nil && !info.IsDir() {
			err = syscall.ENOTDIR
		}
		if err == nil {
			err = c.Files.Remove(c.abs(name))
		}
		if err != nil {
			code = c.failf("'%s': %s", name, proc.Message(err))
		}
	}
	return code
}

func rm(c *command) int {
	o := c.parse("r=recursive R f=force i v d")
	if o == nil {
		return 1
	}
	recursive := o.Has("r") || o.Has("R")
	code := 0
	for _, name := range o.Args {
		base := path.Base(name)
		if base == "." || base == ".." {
			code = c.failf("refusing to remove '.' or '..' directory: skipping '%s'", name)
			continue
		}
		info, err := proc.Stat(c.Process, strings.TrimRight(name, "/"), false)
		switch {
		case errors.Is(err, syscall.ENOENT) && o.Has("f"):
			continue
		case err != nil:
		case info.IsDir() && !recursive:
			code = c.failf("'%s' is a directory", name)
			continue
		case recursive:
			err = c.Files.RemoveAll(c.abs(strings.TrimRight(name, "/")))
		default:
			err = c.Files.Remove(c.abs(name))
		}
		if err != nil {
			code = c.failf("can't remove '%s': %s", name, proc.Message(err))
		} else if o.Has("v") {
			fmt.Fprintf(c.Stdout, "removed '%s'\n", name)
		}
	}
	return code
}

func ln(c *command) int {
	o := c.parse("s f n v T")
	if o == nil {
		return 1
	}
	if len(o.Args) == 0 {
		return c.failf("usage: ln [-sfn] TARGET... LINK|DIR")
	}
	targets, last := o.Args[:max(1, len(o.Args)-1)], o.Args[len(o.Args)-1]
	if len(o.Args) == 1 {
		last = path.Base(o.Args[0])
	}
	info, err := proc.Stat(c.Process, last, !o.Has("n"))
	intoDir := err == nil && info.IsDir() && !o.Has("T")
	code := 0
	for _, target := range targets {
		link := last
		if intoDir {
			link = path.Join(last, path.Base(target))
		}
		if o.Has("f") {
			c.Files.Remove(c.abs(link))
		}
		var err error
		if o.Has("s") {
			err = c.Files.Symlink(target, c.abs(link))
		} else {
			err = c.Files.Link(c.abs(target), c.abs(link))
		}
		if err != nil {
			code = c.failf("%s: %s", link, proc.Message(err))
		}
	}
	return code
}

func chmod(c *command) int {
	args := c.Args[1:]
	recursive := false
	for len(args) > 0 && (args[0] == "-R" || args[0] == "-v" || args[0] == "-f" || args[0] == "--") {
		recursive = recursive || args[0] == "-R"
		args = args[1:]
	}
	if len(args) < 2 {
		return c.failf("usage: chmod [-R] MODE FILE...")
	}
	code := 0
	var change func(name string, depth int)
	change = func(name string, depth int) {
		info, err := proc.Stat(c.Process, name, true)
		if err == nil {
			var mode fs.FileMode
			if mode, err = parseMode(args[0], info); err == nil {
				err = c.Files.Chmod(c.abs(name), mode)
			}
		}
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			return
		}
		if recursive && info.IsDir() && depth < 200 {
			entries, _ := c.Files.ReadDir(c.abs(name))
			for _, e := range entries {
				if e.Type()&fs.ModeSymlink == 0 {
					change(path.Join(name, e.Name()), depth+1)
				}
			}
		}
	}
	for _, name := range args[1:] {
		change(name, 0)
	}
	return code
}

// parseMode reads a mode as chmod takes it: octal, or clauses as in "u+x,go-w".
func parseMode(word string, info fs.FileInfo) (fs.FileMode, error) {
	if n, err := strconv.ParseUint(word, 8, 12); err == nil {
		mode := fs.FileMode(n) & fs.ModePerm
		if n&0o1000 != 0 {
			mode |= fs.ModeSticky
		}
		return mode, nil
	}
	mode := info.Mode() & (fs.ModePerm | fs.ModeSticky)
	for clause := range strings.SplitSeq(word, ",") {
		at := strings.IndexAny(clause, "+-=")
		if at < 0 {
			return 0, fmt.Errorf("invalid mode '%s'", word)
		}
		var who, bits fs.FileMode
		for _, letter := range clause[:at] {
			who |= map[rune]fs.FileMode{'u': 0o700, 'g': 0o070, 'o': 0o007, 'a': 0o777}[letter]
		}
		if at == 0 {
			who = 0o777
		}
		for _, letter := range clause[at+1:] {
			switch letter {
			case 'r':
				bits |= 0o444
			case 'w':
				bits |= 0o222
			case 'x':
				bits |= 0o111
			case 'X':
				if info.IsDir() || mode&0o111 != 0 {
					bits |= 0o111
				}
			case 't':
				mode |= fs.ModeSticky
			case 's':
			default:
				return 0, fmt.Errorf("invalid mode '%s'", word)
			}
		}
		switch clause[at] {
		case '+':
			mode |= who & bits
		case '-':
			mode &^= who & bits
		case '=':
			mode = mode&^who | who&bits
		}
	}
	return mode, nil
}

func chown(c *command) int {
	args := c.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) < 2 {
		return c.failf("usage: %s [-R] OWNER FILE...", c.name)
	}
	code := 0
	for _, name := range args[1:] {
		if c.Host.UID != 0 {
			code = c.failf("%s: %s", name, proc.Message(syscall.EPERM))
		} else if err := c.Files.Chown(c.abs(name), 0, 0); err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
		}
	}
	return code
}

func mktemp(c *command) int {
	o := c.parse("d p: t q u")
	if o == nil {
		return 1
	}
	template := "/tmp/tmp.XXXXXX"
	if dir, set := proc.Getenv(c.Process, "TMPDIR"); set {
		template = path.Join(dir, "tmp.XXXXXX")
	}
	if len(o.Args) > 0 {
		template = o.Args[0]
	}
	if o.Has("p") {
		template = path.Join(o.Value("p"), path.Base(template))
	}
	stem := strings.TrimRight(template, "X")
	if len(template)-len(stem) < 3 {
		return c.failf("%s: %s", template, proc.Message(syscall.EINVAL))
	}
	random := make([]byte, len(template)-len(stem))
	rand.Read(random)
	name := stem + hex.EncodeToString(random)[:len(template)-len(stem)]
	var err error
	if o.Has("d") {
		err = c.Files.Mkdir(c.abs(name), 0o700)
	} else {
		var f io.Closer
		if f, err = c.Files.OpenFile(c.abs(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			f.Close()
		}
	}
	if err != nil {
		return c.failf("(null): %s", proc.Message(err))
	}
	fmt.Fprintln(c.Stdout, name)
	return 0
}

func truncate(c *command) int {
	o := c.parse("s=size: c")
	if o == nil {
		return 1
	}
	size, _, err := size(o.Value("s"))
	if err != nil {
		return c.failf("invalid number '%s'", o.Value("s"))
	}
	code := 0
	for _, name := range o.Args {
		if f, err := proc.Open(c.Process, name, os.O_WRONLY|os.O_CREATE, 0o644); err == nil {
			f.Close()
		}
		if err := c.Files.Truncate(c.abs(name), size); err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
		}
	}
	return code
}

// size reads a size such as 10M or 4k.
func size(word string) (n int64, suffix string, err error) {
	number := strings.TrimRight(word, "kKmMgGiBbc")
	suffix = word[len(number):]
	factor := int64(1)
	switch {
	case strings.HasPrefix(suffix, "k"), strings.HasPrefix(suffix, "K"):
		factor = 1 << 10
	case strings.HasPrefix(suffix, "m"), strings.HasPrefix(suffix, "M"):
		factor = 1 << 20
	case strings.HasPrefix(suffix, "g"), strings.HasPrefix(suffix, "G"):
		factor = 1 << 30
	case suffix == "b":
		factor = 512
	}
	n, err = strconv.ParseInt(number, 10, 33)
	return n * factor, suffix, err
}

func mkfifo(c *command) int {
	c.unable("the embedded engine makes no pipes and no devices")
	return 1
}
