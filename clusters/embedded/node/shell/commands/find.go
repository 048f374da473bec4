package commands

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(find, "find") }

// found is a file that find looks at.
type found struct {
	name string
	info fs.FileInfo
}

// finder walks and judges files.
type finder struct {
	c        *command
	args     []string
	most     int
	least    int
	acts     bool // does the expression print or run something?
	prune    bool
	follow   bool // links are what they lead to
	code     int
	batches  []*batch
	depthNow int
}

// batch is an -exec that ends in "+".
type batch struct{ args, names []string }

type condition func(f found) bool

func find(c *command) int {
	w := &finder{c: c, args: c.Args[1:], most: maxDepth}
	var starts []string
	for len(w.args) > 0 && (w.args[0] == "-L" || w.args[0] == "-H" || w.args[0] == "-P") {
		w.follow = w.args[0] == "-L"
		w.args = w.args[1:]
	}
	for len(w.args) > 0 && !strings.HasPrefix(w.args[0], "-") && w.args[0] != "(" && w.args[0] != "!" {
		starts = append(starts, w.args[0])
		w.args = w.args[1:]
	}
	if len(starts) == 0 {
		starts = []string{"."}
	}
	test := condition(func(found) bool { return true })
	if len(w.args) > 0 {
		var err error
		if test, err = w.or(0); err == nil && len(w.args) > 0 {
			err = fmt.Errorf("unrecognized: %s", w.args[0])
		}
		if err != nil {
			return c.failf("%v", err)
		}
	}
	for _, start := range starts {
		w.walk(start, test, 0)
	}
	for _, b := range w.batches {
		if len(b.names) > 0 && c.run(append(append([]string(nil), b.args...), b.names...)) != 0 {
			w.code = 1
		}
	}
	return w.code
}

// run runs a command line below this command.
func (c *command) run(args []string) int { return proc.Start(c.ctx, c.Process, args) }

func (w *finder) walk(name string, test condition, depth int) {
	if w.c.ctx.Err() != nil {
		return
	}
	info, err := proc.Stat(w.c.Process, name, w.follow)
	if err != nil && w.follow { // it leads nowhere
		info, err = proc.Stat(w.c.Process, name, false)
	}
	if err != nil {
		w.code = w.c.failf("%s: %s", name, proc.Message(err))
		return
	}
	w.prune = false
	if depth >= w.least && test(found{name, info}) && !w.acts {
		fmt.Fprintln(w.c.Stdout, name)
	}
	if !info.IsDir() || depth >= w.most || w.prune {
		return
	}
	entries, err := w.c.Files.ReadDir(w.c.abs(name))
	if err != nil {
		w.code = w.c.failf("%s: %s", name, proc.Message(err))
		return
	}
	for _, e := range entries {
		w.walk(strings.TrimSuffix(name, "/")+"/"+e.Name(), test, depth+1)
	}
}

func (w *finder) peek() string {
	if len(w.args) == 0 {
		return ""
	}
	return w.args[0]
}

func (w *finder) next() (string, error) {
	if len(w.args) == 0 {
		return "", fmt.Errorf("argument expected")
	}
	arg := w.args[0]
	w.args = w.args[1:]
	return arg, nil
}

func (w *finder) or(depth int) (condition, error) {
	left, err := w.and(depth)
	for err == nil && (w.peek() == "-o" || w.peek() == "-or") {
		w.next()
		a := left
		b, e := w.and(depth)
		left, err = func(f found) bool { return a(f) || b(f) }, e
	}
	return left, err
}

func (w *finder) and(depth int) (condition, error) {
	left, err := w.primary(depth)
	for err == nil && w.peek() != "" && w.peek() != "-o" && w.peek() != "-or" && w.peek() != ")" {
		if w.peek() == "-a" || w.peek() == "-and" {
			w.next()
		}
		a := left
		b, e := w.primary(depth)
		left, err = func(f found) bool { return a(f) && b(f) }, e
	}
	return left, err
}

func (w *finder) primary(depth int) (condition, error) {
	arg, err := w.next()
	if err != nil || depth > 200 {
		return nil, fmt.Errorf("argument expected")
	}
	switch arg {
	case "!", "-not":
		inner, err := w.primary(depth + 1)
		return func(f found) bool { return !inner(f) }, err
	case "(":
		inner, err := w.or(depth + 1)
		if end, _ := w.next(); err == nil && end != ")" {
			err = fmt.Errorf("unpaired '('")
		}
		return inner, err
	case "-print":
		w.acts = true
		return func(f found) bool { fmt.Fprintln(w.c.Stdout, f.name); return true }, nil
	case "-print0":
		w.acts = true
		return func(f found) bool { fmt.Fprint(w.c.Stdout, f.name+"\x00"); return true }, nil
	case "-delete":
		w.acts = true
		return w.remove, nil
	case "-prune":
		return func(found) bool { w.prune = true; return true }, nil
	case "-empty":
		return w.empty, nil
	case "-follow":
		w.follow = true
		return func(found) bool { return true }, nil
	case "-depth", "-xdev", "-mount":
		return func(found) bool { return true }, nil
	case "-exec", "-ok":
		return w.exec()
	}
	value, err := w.next()
	if err != nil {
		return nil, fmt.Errorf("%s: argument expected", arg)
	}
	return w.valued(arg, value)
}

// valued parses a test that takes a value.
func (w *finder) valued(arg, value string) (condition, error) {
	switch arg {
	case "-name":
		return func(f found) bool { ok, _ := path.Match(value, path.Base(f.name)); return ok }, nil
	case "-iname":
		value = strings.ToLower(value)
		return func(f found) bool { ok, _ := path.Match(value, strings.ToLower(path.Base(f.name))); return ok }, nil
	case "-path", "-wholename":
		expression, err := compile("^"+strings.NewReplacer(".", `\.`, "*", ".*", "?", ".").Replace(value)+"$", true, false)
		return func(f found) bool { return expression.MatchString(f.name) }, err
	case "-type":
		return func(f found) bool { return strings.Contains(value, typeLetter(f.info.Mode())) }, nil
	case "-maxdepth", "-mindepth":
		n, err := strconv.Atoi(value)
		if arg == "-maxdepth" {
			w.most = min(n, maxDepth)
		} else {
			w.least = n
		}
		return func(found) bool { return true }, err
	case "-size":
		bytes, suffix, err := size(strings.TrimLeft(value, "+-"))
		unit := map[string]int64{"c": 1, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30}[suffix]
		if unit == 0 {
			unit = 512
			if suffix == "" {
				bytes *= 512
			}
		}
		return func(f found) bool { return compared(value, (f.info.Size()+unit-1)/unit, bytes/unit) }, err
	case "-mtime", "-mmin":
		n, err := strconv.ParseInt(strings.TrimLeft(value, "+-"), 10, 32)
		unit := 24 * time.Hour
		if arg == "-mmin" {
			unit = time.Minute
		}
		return func(f found) bool { return compared(value, int64(time.Since(f.info.ModTime())/unit), n) }, err
	case "-newer":
		info, err := proc.Stat(w.c.Process, value, true)
		if err != nil {
			return nil, fmt.Errorf("%s: %s", value, proc.Message(err))
		}
		return func(f found) bool { return f.info.ModTime().After(info.ModTime()) }, nil
	case "-perm":
		mode, err := strconv.ParseUint(strings.TrimLeft(value, "-/"), 8, 12)
		return func(f found) bool {
			have, wanted := f.info.Mode().Perm(), fs.FileMode(mode)
			switch value[0] {
			case '-':
				return have&wanted == wanted
			case '/':
				return have&wanted != 0
			}
			return have == wanted
		}, err
	case "-user", "-group":
		return func(found) bool { return value == "root" || value == "0" }, nil
	}
	return nil, fmt.Errorf("unrecognized: %s", arg)
}

func compared(word string, have, wanted int64) bool {
	switch word[0] {
	case '+':
		return have > wanted
	case '-':
		return have < wanted
	}
	return have == wanted
}

func typeLetter(mode fs.FileMode) string {
	letter := modeString(mode)[:1]
	if letter == "-" {
		return "f"
	}
	return letter
}

func (w *finder) remove(f found) bool {
	err := w.c.Files.RemoveAll(w.c.abs(f.name))
	if err != nil {
		w.code = w.c.failf("%s: %s", f.name, proc.Message(err))
	}
	w.prune = true
	return err == nil
}

func (w *finder) empty(f found) bool {
	if f.info.IsDir() {
		entries, err := w.c.Files.ReadDir(w.c.abs(f.name))
		return err == nil && len(entries) == 0
	}
	return f.info.Mode().IsRegular() && f.info.Size() == 0
}

func (w *finder) exec() (condition, error) {
	w.acts = true
	var args []string
	for {
		arg, err := w.next()
		if err != nil {
			return nil, fmt.Errorf("-exec: no terminating ';'")
		}
		if arg == ";" {
			break
		}
		if arg == "+" && len(args) > 0 && args[len(args)-1] == "{}" {
			b := &batch{args: args[:len(args)-1]}
			w.batches = append(w.batches, b)
			return func(f found) bool { b.names = append(b.names, f.name); return true }, nil
		}
		args = append(args, arg)
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("-exec: argument expected")
	}
	return func(f found) bool {
		line := make([]string, len(args))
		for i, arg := range args {
			line[i] = strings.ReplaceAll(arg, "{}", f.name)
		}
		return w.c.run(line) == 0
	}, nil
}
