package shell

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/shell/proc"
)

// Variables that rewritten scripts use in place of special parameters.
const (
	varPID    = "__pid"  // $$
	varJob    = "__bang" // $!
	varParent = "__ppid" // $PPID
	varZero   = "__zero" // $0
)

// nowhere is an absolute path that every system call refuses. The interpreter takes it for its folder of temporary files, and
// would open files of that folder on the host, past every handler.
const nowhere = "/\x00"

// environ is what a shell starts with.
type environ struct {
	values map[string]expand.Variable
	// starting is true while the interpreter looks for its folder of temporary files.
	starting bool
}

func (e *environ) Get(name string) expand.Variable {
	if e.starting && name == "TMPDIR" {
		return text(nowhere)
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok {
		// Where "~user" leads. Without an answer the interpreter would ask the host's list of users.
		return text("/home/" + user)
	}
	return e.values[name]
}

func (e *environ) Each(fn func(string, expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(e.values)) {
		if !fn(name, e.values[name]) {
			return
		}
	}
}

func text(value string) expand.Variable {
	return expand.Variable{Set: true, Kind: expand.String, Str: value}
}

// newEnviron builds a shell's variables from its process.
func newEnviron(p *program.Process, zero string) *environ {
	e := &environ{values: map[string]expand.Variable{}}
	set := func(name, value string, exported bool) {
		v := text(value)
		v.Exported = exported
		e.values[name] = v
	}
	set("HOME", "/root", true)
	set("HOSTNAME", p.Host.Name, true)
	set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", false)
	set("SHLVL", "0", true)
	set("PS2", "> ", false)
	set("PS4", "+ ", false)
	set(varPID, strconv.Itoa(max(p.PID, 1)), false)
	set(varParent, "0", false)
	set(varJob, "", false)
	set(varZero, zero, false)
	// The interpreter would set these to the host's.
	set("UID", strconv.FormatInt(p.Host.UID, 10), false)
	set("EUID", strconv.FormatInt(p.Host.UID, 10), false)
	set("GID", strconv.FormatInt(p.Host.GID, 10), false)
	for _, entry := range p.Env {
		name, value, ok := strings.Cut(entry, "=")
		// A variable such as "a.b" is passed on by a real shell, but cannot be named in one. It is dropped here.
		if ok && validName(name) {
			set(name, value, true)
		}
	}
	level, _ := strconv.Atoi(e.values["SHLVL"].Str)
	set("SHLVL", strconv.Itoa(level+1), true)
	return e
}

func validName(name string) bool {
	for i, c := range name {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// exported lists the variables that a program gets, the last value of each.
func exported(env expand.Environ, dir string) []string {
	values, order := map[string]string{}, []string{}
	for name, v := range env.Each {
		if !v.IsSet() || !v.Exported || v.Kind != expand.String {
			delete(values, name)
			continue
		}
		if _, known := values[name]; !known {
			order = append(order, name)
		}
		values[name] = v.Str
	}
	var list []string
	for _, name := range order {
		if value, ok := values[name]; ok {
			list = append(list, name+"="+value)
			delete(values, name) // it may stand in order twice
		}
	}
	return proc.Setenv(list, "PWD", dir)
}

// isBash reports whether the shell was called as bash.
func isBash(p *program.Process) bool { return path.Base(strings.TrimPrefix(p.Args[0], "-")) == "bash" }
