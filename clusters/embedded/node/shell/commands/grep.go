package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(grep, "grep", "egrep", "fgrep") }

type grepper struct {
	c          *command
	o          *proc.Options
	expression *regexp.Regexp
	out        *bufio.Writer
	names      bool // print the names of files
	before     int
	after      int
	found      bool
	failed     bool
}

func grep(c *command) int {
	o := c.parse("i v q=quiet r=recursive R E c n o w l L h H s x F P m: e: f: A: B: C: a color=colour include: line-buffered")
	if o == nil {
		return 2
	}
	args := o.Args
	patterns := o.All("e")
	for _, name := range o.All("f") {
		data, err := proc.ReadFile(c.Process, name)
		if err != nil {
			c.failf("%s: %s", name, proc.Message(err))
			return 2
		}
		patterns = append(patterns, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
	}
	if len(patterns) == 0 {
		if len(args) == 0 {
			c.failf("usage: grep [-iEvqnocwlr] PATTERN [FILE]...")
			return 2
		}
		patterns, args = strings.Split(args[0], "\n"), args[1:]
	}
	g := &grepper{c: c, o: o, out: c.out()}
	var err error
	if g.expression, err = g.compile(patterns); err != nil {
		c.failf("bad regex '%s': %v", strings.Join(patterns, "|"), err)
		return 2
	}
	g.before, _ = strconv.Atoi(o.Value("B") + o.Value("C"))
	g.after, _ = strconv.Atoi(o.Value("A") + o.Value("C"))
	recursive := o.Has("r") || o.Has("R")
	g.names = (len(args) > 1 || recursive || o.Has("H")) && !o.Has("h")
	if len(args) == 0 {
		args = []string{"-"}
		if recursive {
			args = []string{"."}
		}
	}
	for _, name := range args {
		if g.found && o.Has("q") {
			break
		}
		g.path(name, recursive, 0)
	}
	g.out.Flush()
	switch {
	case g.found && (!g.failed || o.Has("q")):
		return 0
	case g.failed:
		return 2
	}
	return 1
}

func (g *grepper) compile(patterns []string) (*regexp.Regexp, error) {
	extended := g.o.Has("E") || g.o.Has("P") || g.c.name == "egrep"
	var list []string
	for _, p := range patterns {
		switch {
		case g.o.Has("F") || g.c.name == "fgrep":
			p = regexp.QuoteMeta(p)
		case !extended:
			p = basic(p)
		}
		list = append(list, p)
	}
	all := "(?:" + strings.Join(list, "|") + ")"
	if g.o.Has("w") {
		all = `\b` + all + `\b`
	}
	if g.o.Has("x") {
		all = "^" + all + "$"
	}
	return compile(all, true, g.o.Has("i"))
}

func (g *grepper) path(name string, recursive bool, depth int) {
	if recursive && name != "-" {
		info, err := proc.Stat(g.c.Process, name, depth == 0)
		if err == nil && info.IsDir() {
			entries, _ := g.c.Files.ReadDir(g.c.abs(name))
			for _, e := range entries {
				if depth < maxDepth && e.Type()&fs.ModeSymlink == 0 && g.c.ctx.Err() == nil {
					g.path(path.Join(name, e.Name()), true, depth+1)
				}
			}
			return
		}
		if ok, _ := path.Match(g.o.Value("include"), path.Base(name)); g.o.Has("include") && !ok || err == nil && !info.Mode().IsRegular() {
			return
		}
	}
	f, err := g.c.open(name)
	if err == nil {
		err = g.file(name, f)
		f.Close()
	}
	if err != nil && !stopped(err) {
		g.failed = true
		if !g.o.Has("s") {
			g.c.failf("%s: %s", name, proc.Message(err))
		}
	}
}

func (g *grepper) file(name string, r io.Reader) error {
	if name == "-" {
		name = "(standard input)"
	}
	most := -1
	if n, err := strconv.Atoi(g.o.Value("m")); err == nil {
		most = n
	}
	count, number, printed, trailing := 0, 0, 0, 0
	var kept []string
	print := func(n int, mark, line string) {
		if g.names {
			g.out.WriteString(name + mark)
		}
		if g.o.Has("n") {
			fmt.Fprintf(g.out, "%d%s", n, mark)
		}
		g.out.WriteString(line + "\n")
	}
	err := g.c.lines(r, func(line string) error {
		number++
		if g.expression.MatchString(line) == g.o.Has("v") {
			if trailing > 0 {
				trailing--
				print(number, "-", line)
				printed = number
			} else if g.before > 0 {
				if kept = append(kept, line); len(kept) > g.before {
					kept = kept[1:]
				}
			}
			return nil
		}
		count++
		g.found = true
		switch {
		case g.o.Has("q") || g.o.Has("l"):
			return errEnough
		case g.o.Has("c") || g.o.Has("L"):
		case g.o.Has("o") && !g.o.Has("v"):
			for _, match := range g.expression.FindAllString(line, -1) {
				if match != "" {
					print(number, ":", match)
				}
			}
		default:
			if (g.before > 0 || g.after > 0) && printed > 0 && number-len(kept) > printed+1 {
				g.out.WriteString("--\n")
			}
			for i, earlier := range kept {
				print(number-len(kept)+i, "-", earlier)
			}
			print(number, ":", line)
			kept, printed, trailing = nil, number, g.after
		}
		if count == most {
			return errEnough
		}
		return g.flush()
	})
	switch {
	case g.o.Has("l") && count > 0, g.o.Has("L") && count == 0:
		fmt.Fprintln(g.out, name)
	case g.o.Has("c"):
		print2 := fmt.Sprintf("%d\n", count)
		if g.names {
			print2 = name + ":" + print2
		}
		g.out.WriteString(print2)
	}
	return errors.Join(err, g.flush())
}

// flush lets a reader of a pipe see each match when it is found: "tail -f | grep" would stay silent for long.
func (g *grepper) flush() error { return g.out.Flush() }
