package shell

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"driftlab/clusters/embedded/node/shell/commands"
	"driftlab/clusters/embedded/node/shell/proc"
)

// fnPrefix stands before the names of our builtins on their way from the call handler to the exec handler. A function that a
// script declares by the name of a builtin gets it as well: so the interpreter finds the function first.
const fnPrefix = "__fn_"

// builtinTable holds the builtins that are ours. The interpreter's own would answer by the host, or do less.
var builtinTable map[string]func(*invocation) error

func init() {
	builtinTable = map[string]func(*invocation) error{
		".": (*invocation).source, "source": (*invocation).source, "eval": (*invocation).eval, "exec": (*invocation).execute,
		"cd": (*invocation).cd, "pwd": (*invocation).pwd, "type": (*invocation).typeOf, "command": (*invocation).command,
		"builtin": (*invocation).onlyBuiltin, "set": (*invocation).set, "alias": (*invocation).alias, "read": (*invocation).read,
		"trap": (*invocation).trap, "wait": (*invocation).wait, "kill": (*invocation).kill, "jobs": (*invocation).listJobs,
		"fg": (*invocation).foreground, "bg": (*invocation).background, "ulimit": (*invocation).ulimit, "umask": (*invocation).umask,
		"export": (*invocation).export,
	}
	for _, name := range []string{"echo", "printf", "test", "["} {
		builtinTable[name] = func(in *invocation) error { return in.simple(name) }
	}
	for _, name := range []string{"mapfile", "readarray", "history", "fc", "suspend", "newgrp", "bind", "compgen", "complete",
		"compopt", "enable", "caller", "disown"} {
		builtinTable[name] = func(in *invocation) error {
			in.errorf("%s: not supported by the embedded engine's shell; the engine kind runs the real one", name)
			return status(2)
		}
	}
}

func ours(name string) bool { return builtinTable[name] != nil }

// isBuiltin reports whether the shell itself does a command.
func isBuiltin(name string) bool { return ours(name) || interp.IsBuiltin(name) }

func (in *invocation) builtin(name string) error {
	if run := builtinTable[name]; run != nil {
		return run(in)
	}
	return in.simple(name)
}

// simple runs a command of the command package as a builtin. A writer that nobody reads from ends the shell that called, as
// SIGPIPE does.
func (in *invocation) simple(name string) error {
	p := in.s.view(in.hc)
	p.Args = append([]string{name}, in.args...)
	p.Env = exported(in.hc.Env, in.hc.Dir)
	out := &written{Writer: p.Stdout}
	p.Stdout = out
	code := commands.Plain[name](in.ctx, p)
	if out.broken && in.s.main.runner != runnerOf(in.hc) {
		return in.native("exit", strconv.Itoa(proc.ExitPipe))
	}
	return status(code)
}

// renameFunctions makes unset find a function that has the name of a builtin.
func renameFunctions(args []string) []string {
	list := slices.Clone(args)
	for i := 1; i < len(list); i++ {
		if ours(list[i]) {
			list[i] = fnPrefix + list[i]
		}
	}
	return list
}

func (in *invocation) source() error {
	if len(in.args) == 0 {
		in.errorf(".: filename argument required")
		return status(2)
	}
	p := in.s.view(in.hc)
	name := in.args[0]
	at := proc.Abs(p, name)
	if !strings.Contains(name, "/") {
		for _, dir := range append(strings.Split(in.hc.Env.Get("PATH").String(), ":"), in.hc.Dir) {
			if info, err := proc.Stat(p, path.Join("/", dir, name), true); err == nil && info.Mode().IsRegular() {
				at = path.Join("/", dir, name)
				break
			}
		}
	}
	if _, err := proc.Stat(p, at, true); err != nil {
		if in.s.bash {
			in.errorf("%s: %s", name, proc.Message(err))
			return status(1)
		}
		in.errorf(".: can't open '%s': %s", name, proc.Message(err))
		if in.s.interactive {
			return status(2)
		}
		return in.native("exit", "2")
	}
	// The interpreter first looks for the file on the host: this is a name that no host has.
	return in.native("source", append([]string{nowhere + at}, in.args[1:]...)...)
}

func (in *invocation) eval() error {
	src, err := in.s.rewriteText(strings.Join(in.args, " "))
	if err != nil {
		in.errorf("eval: %v", err)
		return status(2)
	}
	return in.native("eval", src)
}

// execute is exec: alone it keeps redirections, with a command it hands the unit over to it.
func (in *invocation) execute() error {
	for len(in.args) > 0 && in.args[0] == "--" {
		in.args = in.args[1:]
	}
	if len(in.args) == 0 {
		return in.native("exec")
	}
	view := in.s.view(in.hc)
	view.Env = exported(in.hc.Env, in.hc.Dir)
	run, full, err := proc.Find(view, in.args)
	if err != nil {
		code := in.cannot(in.args[0], err)
		if in.s.interactive {
			return status(code)
		}
		return in.native("exit", strconv.Itoa(code))
	}
	in.u.mu.Lock()
	in.u.exitTrap, in.u.traps = "", map[string]string{} // handlers end with the program that has them
	in.u.mu.Unlock()
	code := 0
	var exit interp.ExitStatus
	if err := in.replace(view, run, full); errors.As(err, &exit) {
		code = int(exit)
	} else if err != nil {
		return err
	}
	return in.native("exit", strconv.Itoa(code))
}

func (in *invocation) cd() error {
	p := in.s.view(in.hc)
	args := in.args
	for len(args) > 0 && (args[0] == "-L" || args[0] == "-P" || args[0] == "--") {
		args = args[1:]
	}
	target := in.hc.Env.Get("HOME").String()
	if len(args) > 0 {
		target = args[0]
	}
	if target == "-" {
		if target = in.hc.Env.Get("OLDPWD").String(); target == "" {
			in.errorf("cd: OLDPWD not set")
			return status(1)
		}
		fmt.Fprintln(p.Stdout, target)
	}
	info, err := proc.Stat(p, path.Clean(proc.Abs(p, target)), true)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		if in.s.bash {
			in.errorf("cd: %s: %s", target, proc.Message(err))
			return status(1)
		}
		in.errorf("cd: can't cd to %s: %s", target, proc.Message(err))
		return status(2)
	}
	return in.native("cd", path.Clean(proc.Abs(p, target)))
}

func (in *invocation) pwd() error {
	dir := in.hc.Dir
	if len(in.args) > 0 && in.args[0] == "-P" {
		if real, err := in.s.p.Files.Resolve(dir); err == nil {
			dir = real
		}
	}
	fmt.Fprintln(in.s.view(in.hc).Stdout, dir)
	return nil
}

// typeOf is type.
func (in *invocation) typeOf() error {
	failed := false
	out := in.s.view(in.hc).Stdout
	short := len(in.args) > 0 && in.args[0] == "-t"
	for _, name := range in.args {
		if strings.HasPrefix(name, "-") && len(name) == 2 {
			continue
		}
		kind, words := in.describe(name)
		switch {
		case kind == "":
			failed = true
			if !short {
				in.errorf("type: %s: not found", name)
			}
		case short:
			fmt.Fprintln(out, kind)
		default:
			fmt.Fprintf(out, "%s is %s\n", name, words)
		}
	}
	if !failed {
		return nil
	}
	if in.s.bash {
		return status(1)
	}
	return status(proc.ExitNotFound)
}

func (in *invocation) describe(name string) (kind, words string) {
	functions := runnerOf(in.hc).Funcs
	view := in.s.view(in.hc)
	view.Env = exported(in.hc.Env, in.hc.Dir)
	switch {
	case syntax.IsKeyword(name):
		return "keyword", "a shell keyword"
	case functions[name] != nil || functions[fnPrefix+name] != nil:
		return "function", "a function"
	case isBuiltin(name):
		return "builtin", "a shell builtin"
	}
	if at := proc.Which(view, name); at != "" {
		return "file", at
	}
	return "", ""
}

// command is command: "-v" says what a name is, otherwise functions are passed over.
func (in *invocation) command() error {
	for len(in.args) > 0 && (in.args[0] == "--" || in.args[0] == "-p") {
		in.args = in.args[1:]
	}
	if len(in.args) == 0 {
		return nil
	}
	if in.args[0] != "-v" && in.args[0] != "-V" {
		return in.direct(in.args)
	}
	code := 0
	for _, name := range in.args[1:] {
		kind, words := in.describe(name)
		out := in.s.view(in.hc).Stdout
		switch {
		case kind == "" && in.s.bash:
			code = 1
		case kind == "":
			code = proc.ExitNotFound
		case in.args[0] == "-V":
			fmt.Fprintf(out, "%s is %s\n", name, words)
		case kind == "file":
			fmt.Fprintln(out, words)
		default:
			fmt.Fprintln(out, name)
		}
	}
	return status(code)
}

func (in *invocation) onlyBuiltin() error {
	if len(in.args) == 0 {
		return nil
	}
	if !isBuiltin(in.args[0]) {
		in.errorf("builtin: %s: not a shell builtin", in.args[0])
		return status(1)
	}
	return in.direct(in.args)
}

// direct runs a command that is no function.
func (in *invocation) direct(args []string) error {
	inner := *in
	inner.args = args[1:]
	switch {
	case ours(args[0]):
		return inner.builtin(args[0])
	case interp.IsBuiltin(args[0]):
		return in.native(args[0], args[1:]...)
	}
	return inner.program(args)
}

// set lists the variables when it stands alone.
func (in *invocation) set() error {
	if len(in.args) > 0 {
		return in.native("set", in.args...)
	}
	in.list("", func(v expand.Variable) bool { return true })
	return nil
}

// export is only called for a bare "export": with names it is syntax.
func (in *invocation) export() error {
	in.list("export ", func(v expand.Variable) bool { return v.Exported })
	return nil
}

func (in *invocation) list(before string, want func(expand.Variable) bool) {
	values := map[string]string{}
	for name, v := range in.hc.Env.Each {
		delete(values, name)
		if v.IsSet() && v.Kind == expand.String && want(v) && !strings.HasPrefix(name, "__") {
			values[name] = v.Str
		}
	}
	out := in.s.view(in.hc).Stdout
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(out, "%s%s='%s'\n", before, name, strings.ReplaceAll(values[name], "'", `'\''`))
	}
}

// alias keeps "~user" of an alias from the host's list of users, and special parameters from the interpreter's.
func (in *invocation) alias() error {
	for _, arg := range in.args {
		if strings.Contains(arg, "~") || strings.ContainsAny(arg, "$`<>&") {
			in.errorf("alias: %s: the embedded engine's shell takes plain words only; a function does more", arg)
			return status(1)
		}
	}
	return in.native("alias", in.args...)
}

func (in *invocation) ulimit() error {
	in.errorf("ulimit: no kernel limits the programs of the embedded engine; the engine kind has limits")
	return status(1)
}

func (in *invocation) umask() error {
	if len(in.args) == 0 {
		fmt.Fprintln(in.s.view(in.hc).Stdout, "0022")
		return nil
	}
	if n, err := strconv.ParseUint(in.args[0], 8, 32); err == nil && n == 0o022 {
		return nil
	}
	in.errorf("umask: the embedded engine keeps 0022; the engine kind takes others")
	return status(1)
}
