package commands

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(basename, "basename")
	add(dirname, "dirname")
	add(readlink, "readlink")
	add(realpath, "realpath")
	add(pwd, "pwd")
	add(stat, "stat")
	add(which, "which")
}

func basename(c *command) int {
	args := c.Args[1:]
	if len(args) == 0 {
		return c.failf("usage: basename FILE [SUFFIX]")
	}
	base := path.Base(args[0])
	if len(args) > 1 && base != args[1] {
		base = strings.TrimSuffix(base, args[1])
	}
	fmt.Fprintln(c.Stdout, base)
	return 0
}

func dirname(c *command) int {
	if len(c.Args) < 2 {
		return c.failf("usage: dirname FILE")
	}
	for _, name := range c.Args[1:] {
		fmt.Fprintln(c.Stdout, path.Dir(strings.TrimRight(name, "/")))
	}
	return 0
}

func readlink(c *command) int {
	o := c.parse("f e m n v")
	if o == nil {
		return 1
	}
	for _, name := range o.Args {
		var target string
		var err error
		if o.Has("f") || o.Has("e") || o.Has("m") {
			target, err = c.Files.Resolve(c.abs(name))
		} else {
			target, err = c.Files.Readlink(c.abs(name))
		}
		if err != nil {
			return 1
		}
		fmt.Fprint(c.Stdout, target)
		if !o.Has("n") {
			fmt.Fprintln(c.Stdout)
		}
	}
	return 0
}

func realpath(c *command) int {
	o := c.parse("e m s q")
	if o == nil {
		return 1
	}
	code := 0
	for _, name := range o.Args {
		target, err := c.Files.Resolve(c.abs(name))
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			continue
		}
		fmt.Fprintln(c.Stdout, target)
	}
	return code
}

func pwd(c *command) int {
	fmt.Fprintln(c.Stdout, c.Dir)
	return 0
}

func which(c *command) int {
	code := 0
	for _, name := range c.Args[1:] {
		if at := proc.Which(c.Process, name); at != "" {
			fmt.Fprintln(c.Stdout, at)
		} else {
			code = 1
		}
	}
	return code
}

func stat(c *command) int {
	o := c.parse("c: L t f")
	if o == nil {
		return 1
	}
	if o.Has("f") {
		return c.unable("the embedded engine's files lie on no file system of their own")
	}
	code := 0
	for _, name := range o.Args {
		info, err := proc.Stat(c.Process, name, o.Has("L"))
		if err != nil {
			code = c.failf("can't stat '%s': %s", name, proc.Message(err))
			continue
		}
		if o.Has("c") {
			fmt.Fprintln(c.Stdout, c.statFormat(o.Value("c"), name, info))
			continue
		}
		fmt.Fprintf(c.Stdout, "  File: %s\n  Size: %d\tBlocks: %d\tIO Block: 4096   %s\nAccess: (%04o/%s)  Uid: (    0/    root)   Gid: (    0/    root)\nModify: %s\n",
			name, info.Size(), (info.Size()+511)/512, kindOf(info.Mode()), info.Mode().Perm(), modeString(info.Mode()),
			info.ModTime().UTC().Format("2006-01-02 15:04:05.000000000 -0700"))
	}
	return code
}

func (c *command) statFormat(format, name string, info fs.FileInfo) string {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		switch format[i] {
		case 'n':
			out.WriteString(name)
		case 'N':
			out.WriteString("'" + name + "'")
		case 's':
			fmt.Fprint(&out, info.Size())
		case 'a':
			fmt.Fprintf(&out, "%o", info.Mode().Perm())
		case 'A':
			out.WriteString(modeString(info.Mode()))
		case 'F':
			out.WriteString(kindOf(info.Mode()))
		case 'u', 'g':
			out.WriteByte('0')
		case 'U', 'G':
			out.WriteString("root")
		case 'Y':
			fmt.Fprint(&out, info.ModTime().Unix())
		case 'y':
			out.WriteString(info.ModTime().UTC().Format("2006-01-02 15:04:05.000000000 -0700"))
		case 'b':
			fmt.Fprint(&out, (info.Size()+511)/512)
		case '%':
			out.WriteByte('%')
		default:
			out.WriteByte('?')
		}
	}
	return out.String()
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeCharDevice != 0:
		return "character special file"
	}
	return "regular file"
}

// parseDate reads a date as date -d and touch -d take it. All times are UTC.
func parseDate(word string) (time.Time, error) {
	if rest, ok := strings.CutPrefix(word, "@"); ok {
		seconds, err := time.ParseDuration(rest + "s")
		return time.Unix(0, 0).Add(seconds).UTC(), err
	}
	if word == "now" {
		return time.Now().UTC(), nil
	}
	var err error
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02",
		"15:04:05", "15:04", "200601021504", time.RFC1123, time.UnixDate} {
		var at time.Time
		if at, err = time.Parse(layout, word); err == nil {
			if at.Year() == 0 {
				now := time.Now().UTC()
				at = time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
			}
			return at.UTC(), nil
		}
	}
	return time.Time{}, err
}
