package shell

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// interact reads and runs commands at a prompt until exit or Ctrl-D.
func (s *shell) interact(ctx context.Context) int {
	code := 0
	var src strings.Builder
	for s.ctx.Err() == nil {
		prompt := s.prompt()
		if src.Len() > 0 {
			prompt = s.main.runner.Env.Get("PS2").String()
		}
		line, ok, err := s.tty.readLine(prompt)
		if !ok {
			src.Reset()
			code = 130
			continue
		}
		if err != nil {
			if err == io.EOF {
				fmt.Fprintln(s.p.Stdout, map[bool]string{true: "exit"}[s.bash])
			}
			break
		}
		src.WriteString(line + "\n")
		file, err := s.parse(src.String(), "")
		if err != nil && syntax.IsIncomplete(err) && src.Len() < maxScript {
			continue
		}
		src.Reset()
		if err != nil {
			code = s.syntaxError(err)
			continue
		}
		for _, st := range file.Stmts {
			code = s.statement(ctx, st)
			if s.main.runner.Exited() && s.exiting {
				return s.main.finish(ctx, code)
			}
			if code == 130 {
				break // Ctrl-C ends the whole line
			}
		}
	}
	return s.main.finish(ctx, code)
}

// statement runs one statement with the terminal as its input.
func (s *shell) statement(ctx context.Context, st *syntax.Stmt) int {
	return s.tty.during(ctx, func(ctx context.Context, stdin *os.File) int {
		interp.StdIO(stdin, s.p.Stdout, s.p.Stderr)(s.main.runner)
		code := s.main.guard(func() int { return s.main.run(ctx, st) })
		s.exiting = !s.main.failed && s.main.runner.Exited()
		if handlers := s.main.take(); handlers != "" && s.ctx.Err() == nil {
			s.main.runTrap(withUnit(s.ctx, s.main), handlers)
		}
		return code
	})
}

// prompt renders PS1, or what the shell has for one.
func (s *shell) prompt() string {
	runner := s.main.runner
	dir := runner.Dir
	home := "/root"
	var ps1 string
	if v, ok := runner.Vars["HOME"]; ok {
		home = v.String()
	}
	if v, ok := runner.Vars["PS1"]; ok {
		ps1 = v.String()
	} else if ps1 = s.env.Get("PS1").String(); ps1 == "" {
		if ps1 = `\w \$ `; s.bash {
			ps1 = `\u@\h:\w\$ `
		}
	}
	if home != "/" && (dir == home || strings.HasPrefix(dir, home+"/")) {
		dir = "~" + strings.TrimPrefix(dir, home)
	}
	user, sign := "root", "#"
	if s.p.Host.UID != 0 {
		user, sign = "I have no name!", "$"
	}
	base := dir[strings.LastIndex(dir, "/")+1:]
	if base == "" {
		base = "/"
	}
	return strings.NewReplacer(`\w`, dir, `\W`, base, `\h`, s.p.Host.Name, `\H`, s.p.Host.Name, `\u`, user, `\$`, sign,
		`\n`, "\r\n", `\e`, "\x1b", `\[`, "", `\]`, "", `\033`, "\x1b").Replace(ps1)
}
