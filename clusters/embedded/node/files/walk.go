package files

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links one path may lead through, as on Linux.
const maxLinks = 40

// walk resolves name in the container's view, across layers and mounts. It returns the path without any link, and what is
// there. If only the last part does not exist, the path is returned with ENOENT: that is where a file may be made.
func (t *Tree) walk(name string, follow bool) (string, fs.FileInfo, error) {
	if strings.ContainsRune(name, 0) {
		return "", nil, syscall.EINVAL
	}
	if len(name) > 4096 {
		return "", nil, syscall.ENAMETOOLONG
	}
	// path.Clean would drop "link/..", which is not where link's parent is.
	rest := parts(name)
	mustBeDir := strings.HasSuffix(name, "/") || strings.HasSuffix(name, "/.")
	at, links := "/", 0
	info, err := t.lstat(at)
	for len(rest) > 0 && err == nil {
		part := rest[0]
		rest = rest[1:]
		if !info.IsDir() {
			return "", nil, syscall.ENOTDIR
		}
		if part == ".." {
			at = path.Dir(at)
			info, err = t.lstat(at)
			continue
		}
		next := path.Join(at, part)
		info, err = t.lstat(next)
		if errors.Is(err, syscall.ENOENT) {
			if len(rest) == 0 {
				return next, nil, syscall.ENOENT
			}
			return "", nil, syscall.ENOENT
		}
		if err != nil {
			break
		}
		if info.Mode()&fs.ModeSymlink == 0 || (len(rest) == 0 && !follow && !mustBeDir) {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", nil, syscall.ELOOP
		}
		target, linkErr := t.readlink(next)
		if linkErr != nil {
			return "", nil, errno(linkErr)
		}
		if target == "" {
			return "", nil, syscall.ENOENT
		}
		if strings.HasPrefix(target, "/") {
			at = "/"
		}
		rest = append(parts(target), rest...)
		info, err = t.lstat(at)
	}
	if err != nil {
		return "", nil, errno(err)
	}
	if mustBeDir && !info.IsDir() {
		return "", nil, syscall.ENOTDIR
	}
	return at, info, nil
}

// parts splits a path; empty parts and "." name nothing.
func parts(name string) []string {
	var list []string
	for part := range strings.SplitSeq(name, "/") {
		if part != "" && part != "." {
			list = append(list, part)
		}
	}
	return list
}

// Resolve returns the path that name leads to, without any symbolic link. The last part need not exist.
func (t *Tree) Resolve(name string) (string, error) {
	at, _, err := t.walk(name, true)
	if err != nil && at != "" && errors.Is(err, syscall.ENOENT) {
		return at, nil
	}
	return at, fail("resolve", name, err)
}

// Stat describes what name leads to.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	_, info, err := t.walk(name, true)
	if err != nil {
		return nil, fail("stat", name, err)
	}
	return info, nil
}

// Lstat describes name itself, even if it is a symbolic link.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) {
	_, info, err := t.walk(name, false)
	if err != nil {
		return nil, fail("lstat", name, err)
	}
	return info, nil
}

// Readlink returns the target of a symbolic link, as it was written.
func (t *Tree) Readlink(name string) (string, error) {
	at, info, err := t.walk(name, false)
	if err == nil && info.Mode()&fs.ModeSymlink == 0 {
		err = syscall.EINVAL
	}
	if err != nil {
		return "", fail("readlink", name, err)
	}
	target, err := t.readlink(at)
	return target, fail("readlink", name, err)
}
