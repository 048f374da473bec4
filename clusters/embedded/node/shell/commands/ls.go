package commands

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(ls, "ls", "ll") }

type listing struct {
	c     *command
	o     *proc.Options
	lines bool
	code  int
	first bool
}

func ls(c *command) int {
	o := c.parse("l a A 1 R h d t S r i F p L n o g C s color c u x")
	if o == nil {
		return 1
	}
	l := &listing{c: c, o: o, first: true, lines: o.Has("1") || !c.TTY}
	names := o.Args
	if len(names) == 0 {
		names = []string{"."}
	}
	var single []entry
	var dirs []string
	for _, name := range names {
		follow := !o.Has("l") && !o.Has("d") || o.Has("L")
		info, err := proc.Stat(c.Process, name, follow)
		if err != nil && follow { // a link that leads nowhere is listed itself
			info, err = proc.Stat(c.Process, name, false)
		}
		if err != nil {
			l.code = c.failf("%s: %s", name, proc.Message(err))
			continue
		}
		if info.IsDir() && !o.Has("d") {
			dirs = append(dirs, name)
		} else {
			single = append(single, entry{name, name, info})
		}
	}
	l.show(single)
	for _, dir := range dirs {
		l.dir(dir, len(names) > 1 || o.Has("R"), 0)
	}
	return l.code
}

// entry is one line of a listing.
type entry struct {
	name, at string
	info     fs.FileInfo
}

func (l *listing) dir(dir string, title bool, depth int) {
	entries, err := l.c.Files.ReadDir(l.c.abs(dir))
	if err != nil {
		l.code = l.c.failf("%s: %s", dir, proc.Message(err))
		return
	}
	if title {
		if !l.first {
			fmt.Fprintln(l.c.Stdout)
		}
		fmt.Fprintf(l.c.Stdout, "%s:\n", dir)
	}
	l.first = false
	var list []entry
	if l.o.Has("a") {
		for _, name := range []string{".", ".."} {
			if info, err := proc.Stat(l.c.Process, dir+"/"+name, true); err == nil {
				list = append(list, entry{name, dir + "/" + name, info})
			}
		}
	}
	var below []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !l.o.Has("a") && !l.o.Has("A") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		at := path.Join(dir, e.Name())
		if dir == "." {
			at = "./" + e.Name()
		}
		list = append(list, entry{e.Name(), at, info})
		if info.IsDir() {
			below = append(below, at)
		}
	}
	if l.o.Has("l") {
		var blocks int64
		for _, e := range list {
			blocks += (e.info.Size() + 4095) / 4096 * 4
		}
		fmt.Fprintf(l.c.Stdout, "total %d\n", blocks)
	}
	l.show(list)
	if l.o.Has("R") && depth < 100 && l.c.ctx.Err() == nil {
		for _, at := range below {
			l.dir(at, true, depth+1)
		}
	}
}

func (l *listing) show(list []entry) {
	switch {
	case l.o.Has("t"):
		sort.SliceStable(list, func(i, j int) bool { return list[i].info.ModTime().After(list[j].info.ModTime()) })
	case l.o.Has("S"):
		sort.SliceStable(list, func(i, j int) bool { return list[i].info.Size() > list[j].info.Size() })
	}
	if l.o.Has("r") {
		slices.Reverse(list)
	}
	if len(list) > 0 {
		l.first = false
	}
	out := l.c.out()
	defer out.Flush()
	if !l.o.Has("l") && !l.o.Has("n") && !l.lines {
		out.WriteString(columns(list, l))
		return
	}
	for _, e := range list {
		if l.o.Has("l") || l.o.Has("n") {
			out.WriteString(l.long(e))
		}
		out.WriteString(e.name + l.suffix(e.info))
		if (l.o.Has("l") || l.o.Has("n")) && e.info.Mode()&fs.ModeSymlink != 0 {
			if target, err := l.c.Files.Readlink(l.c.abs(e.at)); err == nil {
				out.WriteString(" -> " + target)
			}
		}
		out.WriteByte('\n')
	}
}

func (l *listing) suffix(info fs.FileInfo) string {
	switch {
	case info.IsDir() && (l.o.Has("F") || l.o.Has("p")):
		return "/"
	case !l.o.Has("F"):
		return ""
	case info.Mode()&fs.ModeSymlink != 0:
		return "@"
	case info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0:
		return "*"
	}
	return ""
}

func (l *listing) long(e entry) string {
	size := fmt.Sprint(e.info.Size())
	if l.o.Has("h") {
		size = human(e.info.Size())
	}
	owner, group := "root", "root"
	if l.o.Has("n") {
		owner, group = "0", "0"
	}
	links := 1
	if e.info.IsDir() {
		links = 2
	}
	return fmt.Sprintf("%-10s %4d %-8s %-8s %9s %s ", modeString(e.info.Mode()), links, owner, group, size, listTime(e.info.ModTime()))
}

func listTime(at time.Time) string {
	at = at.UTC()
	if age := time.Since(at); age > 365*24*time.Hour/2 || age < -15*time.Minute {
		return at.Format("Jan _2  2006")
	}
	return at.Format("Jan _2 15:04")
}

// modeString writes a mode as ls does.
func modeString(mode fs.FileMode) string {
	kind := "-"
	switch {
	case mode.IsDir():
		kind = "d"
	case mode&fs.ModeSymlink != 0:
		kind = "l"
	case mode&fs.ModeCharDevice != 0:
		kind = "c"
	case mode&fs.ModeDevice != 0:
		kind = "b"
	case mode&fs.ModeNamedPipe != 0:
		kind = "p"
	case mode&fs.ModeSocket != 0:
		kind = "s"
	}
	text := []byte(kind + mode.Perm().String()[1:])
	if mode&fs.ModeSymlink != 0 {
		return "lrwxrwxrwx"
	}
	if mode&fs.ModeSticky != 0 {
		text[9] = map[bool]byte{true: 't', false: 'T'}[text[9] == 'x']
	}
	return string(text)
}

// human writes a size as -h does: 1.5K, 12.0M.
func human(n int64) string {
	if n < 1024 {
		return fmt.Sprint(n)
	}
	value, units := float64(n), "BKMGTPE"
	for value >= 1024 && len(units) > 1 {
		value, units = value/1024, units[1:]
	}
	return fmt.Sprintf("%.1f%c", value, units[0])
}

// columns arranges names for a terminal of 80 characters, down and then right.
func columns(list []entry, l *listing) string {
	width := 0
	for _, e := range list {
		width = max(width, len(e.name)+len(l.suffix(e.info))+2)
	}
	perLine := max(1, 80/max(width, 1))
	rows := (len(list) + perLine - 1) / perLine
	var out strings.Builder
	for row := range rows {
		var line string
		for i := row; i < len(list); i += rows {
			line += fmt.Sprintf("%-*s", width, list[i].name+l.suffix(list[i].info))
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}
