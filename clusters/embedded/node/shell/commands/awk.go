package commands

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(awk, "awk", "gawk", "mawk") }

func timeNow() time.Time { return time.Now() }

// Ways to leave a statement early.
const (
	awkNext = iota + 1
	awkBreak
	awkContinue
	awkExit
)

// awkRun is a program that runs.
type awkRun struct {
	c       *command
	vars    map[string]awkValue
	arrays  map[string]map[string]awkValue
	fields  []string // the line's; fields[0] is the line
	out     *bufio.Writer
	files   map[string]files.File
	regexps map[string]*regexp.Regexp
	leave   int
	code    int
	steps   int
}

// awkFailure ends a program from within an expression.
type awkFailure struct{ error }

func (a *awkRun) fail(format string, args ...any) { panic(awkFailure{fmt.Errorf(format, args...)}) }

// step lets a program that runs for ever be ended.
func (a *awkRun) step() {
	if a.steps++; a.steps%256 == 0 && a.c.ctx.Err() != nil {
		panic(awkFailure{a.c.ctx.Err()})
	}
}

func (a *awkRun) limit(size int) {
	if size > proc.MaxMemory {
		a.fail("out of memory")
	}
}

// looped reports whether a loop goes on after its body.
func (a *awkRun) looped() bool {
	if a.leave == awkContinue {
		a.leave = 0
	}
	if a.leave == awkBreak {
		a.leave = 0
		return false
	}
	return a.leave == 0
}

func awk(c *command) (code int) {
	o, err := proc.Parse(c.Args[1:], "+F: v: f: e:")
	if err != nil {
		c.failf("%v", err)
		return 2
	}
	args := o.Args
	var src []string
	for _, name := range o.All("f") {
		data, err := proc.ReadFile(c.Process, name)
		if err != nil {
			return c.failf("%s: %s", name, proc.Message(err))
		}
		src = append(src, string(data))
	}
	if src = append(src, o.All("e")...); len(src) == 0 {
		if len(args) == 0 {
			return c.failf("usage: awk [-F SEP] [-v VAR=VAL] 'PROGRAM' [FILE]...")
		}
		src, args = args[:1], args[1:]
	}
	rules, err := awkParse(strings.Join(src, "\n"))
	if err != nil {
		c.failf("cmd. line:1: %v", err)
		return 1
	}
	a := &awkRun{c: c, arrays: map[string]map[string]awkValue{}, fields: []string{""}, out: c.out(), files: map[string]files.File{},
		regexps: map[string]*regexp.Regexp{}, vars: map[string]awkValue{"FS": awkStr(" "), "OFS": awkStr(" "), "ORS": awkStr("\n"), "NR": awkNum(0), "SUBSEP": awkStr("\x1c")}}
	if o.Has("F") {
		separator, _ := unescape(o.Value("F"), false)
		if separator == "t" {
			separator = "\t"
		}
		a.vars["FS"] = awkStr(separator)
	}
	for _, assign := range o.All("v") {
		a.assign(assign)
	}
	environ := map[string]awkValue{}
	for _, entry := range c.Env {
		name, value, _ := strings.Cut(entry, "=")
		environ[name] = awkInput(value)
	}
	a.arrays["ENVIRON"] = environ
	defer func() {
		a.out.Flush()
		for _, f := range a.files {
			f.Close()
		}
		switch crash := recover().(type) {
		case nil:
		case awkFailure:
			if code = 2; !stopped(crash.error) {
				c.failf("cmd. line:1: %v", crash.error)
			}
		default:
			panic(crash)
		}
	}()
	a.run(rules, args)
	return a.code
}

// assign sets a variable as -v does.
func (a *awkRun) assign(word string) bool {
	name, value, ok := strings.Cut(word, "=")
	if !ok || name == "" || strings.ContainsAny(name, "/. ") {
		return false
	}
	value, _ = unescape(value, false)
	a.vars[name] = awkInput(value)
	return true
}

func (a *awkRun) run(rules []*awkRule, args []string) {
	phase := func(want func(*awkRule) bool) {
		for _, r := range rules {
			if want(r) && a.leave == 0 {
				r.action(a)
			}
		}
	}
	phase(func(r *awkRule) bool { return r.begin })
	reads := false
	for _, r := range rules {
		reads = reads || !r.begin
	}
	if reads && a.leave == 0 {
		var names []string
		for _, arg := range args {
			if !a.assign(arg) {
				names = append(names, arg)
			}
		}
		if code := a.c.each(names, func(name string, r io.Reader) error { return a.file(name, r, rules) }); code != 0 {
			a.code = 2
		}
	}
	if a.leave != awkExit || a.code == 0 { // after exit, END still runs
		if a.leave == awkExit {
			a.leave = 0
		}
		phase(func(r *awkRule) bool { return r.end })
	}
}

func (a *awkRun) file(name string, r io.Reader, rules []*awkRule) error {
	a.vars["FILENAME"], a.vars["FNR"] = awkStr(name), awkNum(0)
	return a.c.lines(r, func(line string) error {
		a.vars["NR"], a.vars["FNR"] = awkNum(a.vars["NR"].n+1), awkNum(a.vars["FNR"].n+1)
		a.setField(0, line)
		for _, rule := range rules {
			if rule.begin || rule.end || !a.selects(rule) {
				continue
			}
			if rule.action == nil {
				a.out.WriteString(a.field(0) + "\n")
			} else {
				rule.action(a)
			}
			if a.leave != 0 {
				break
			}
		}
		if a.leave == awkNext {
			a.leave = 0
		}
		if err := a.out.Flush(); err != nil {
			return err
		}
		if a.leave == awkExit {
			return errEnough
		}
		return nil
	})
}

func (a *awkRun) selects(r *awkRule) bool {
	switch {
	case r.from == nil:
		return true
	case r.to == nil:
		return r.from(a).truth()
	case !r.open && !r.from(a).truth():
		return false
	}
	r.open = !r.to(a).truth()
	return true
}

func (a *awkRun) get(name string) awkValue {
	if name == "NF" {
		return awkNum(float64(len(a.fields) - 1))
	}
	return a.vars[name]
}

func (a *awkRun) set(name string, v awkValue) {
	if name == "NF" {
		n := min(max(int(v.number()), 0), 100000)
		for len(a.fields)-1 < n {
			a.fields = append(a.fields, "")
		}
		a.fields = a.fields[:n+1]
		a.fields[0] = strings.Join(a.fields[1:], a.vars["OFS"].string())
		return
	}
	a.vars[name] = v
}

func (a *awkRun) array(name string) map[string]awkValue {
	if a.arrays[name] == nil {
		a.arrays[name] = map[string]awkValue{}
	}
	return a.arrays[name]
}

func (a *awkRun) field(n int) string {
	if n < 0 {
		a.fail("access to negative field")
	}
	if n >= len(a.fields) {
		return ""
	}
	return a.fields[n]
}

func (a *awkRun) setField(n int, text string) {
	if n == 0 {
		a.fields = append([]string{text}, a.split(text, a.vars["FS"].string())...)
		return
	}
	if n < 0 || n > 100000 {
		a.fail("access to field %d", n)
	}
	for len(a.fields) <= n {
		a.fields = append(a.fields, "")
	}
	a.fields[n] = text
	a.fields[0] = strings.Join(a.fields[1:], a.vars["OFS"].string())
}

func (a *awkRun) split(text, separator string) []string {
	switch {
	case text == "":
		return nil
	case separator == " ":
		return strings.Fields(text)
	case len(separator) == 1 && separator != "\\":
		return strings.Split(text, separator)
	case separator == "":
		return strings.Split(text, "")
	}
	return a.compile(separator).Split(text, -1)
}

func (a *awkRun) compile(text string) *regexp.Regexp {
	if re := a.regexps[text]; re != nil {
		return re
	}
	re, err := compile(text, true, false)
	if err != nil {
		a.fail("bad regex '%s': %v", text, err)
	}
	if len(a.regexps) < 1000 {
		a.regexps[text] = re
	}
	return re
}
