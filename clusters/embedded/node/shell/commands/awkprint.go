package commands

import (
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"driftlab/clusters/embedded/node/shell/proc"
)

func (a *awkRun) print(formatted bool, args []awkExpr, target awkExpr, appends bool) {
	values := make([]awkValue, len(args))
	for i, arg := range args {
		values[i] = arg(a)
	}
	var text string
	switch {
	case formatted:
		text = a.sprintf(values)
	case len(values) == 0:
		text = a.field(0) + a.vars["ORS"].string()
	default:
		var parts []string
		for _, v := range values {
			parts = append(parts, v.string())
		}
		text = strings.Join(parts, a.vars["OFS"].string()) + a.vars["ORS"].string()
	}
	var err error
	if target == nil {
		_, err = a.out.WriteString(text)
	} else {
		err = a.printTo(target(a).string(), text, appends)
	}
	if err != nil {
		panic(awkFailure{errors.New(proc.Message(err))})
	}
}

func (a *awkRun) printTo(name, text string, appends bool) error {
	f := a.files[name]
	if f == nil {
		flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		if appends {
			flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
		}
		var err error
		if f, err = proc.Open(a.c.Process, name, flag, 0o644); err != nil {
			return err
		}
		a.files[name] = f
	}
	_, err := io.WriteString(f, text)
	return err
}

// sprintf formats as the shell's printf does, but takes any text for a number, and cuts what is to be whole.
func (a *awkRun) sprintf(values []awkValue) string {
	format := values[0].string()
	var args []string
	for _, verb := range awkVerbs.FindAllString(format, -1) {
		if verb == "%%" || len(args)+1 >= len(values) {
			continue
		}
		v := values[len(args)+1]
		switch verb[len(verb)-1] {
		case 'd', 'i', 'o', 'u', 'x', 'X':
			args = append(args, strconv.FormatInt(int64(v.number()), 10))
		case 'f', 'F', 'e', 'E', 'g', 'G':
			args = append(args, strconv.FormatFloat(v.number(), 'g', -1, 64))
		case 'c':
			if text := v.string(); v.numeric && !v.text {
				args = append(args, string(rune(v.n)))
			} else {
				args = append(args, text)
			}
		default:
			args = append(args, v.string())
		}
	}
	var out strings.Builder
	code := 0
	a.c.format(&out, format, &args, &code)
	if code != 0 {
		a.fail("printf: bad format %q", format)
	}
	return out.String()
}

var awkVerbs = regexp.MustCompile(`%[-+ #0-9.]*[a-zA-Z%]`)

func (p *awkParser) print() awkStmt {
	formatted := p.is("printf")
	p.at++
	p.noGt = true
	parens := p.is("(")
	var args []awkExpr
	if !p.is(";") && !p.is("\n") && !p.is("}") && !p.is(">") && !p.is(">>") && !p.is("|") {
		if parens && p.groups() {
			p.expect("(")
			p.noGt = false
			args = p.list(")")
			p.expect(")")
		} else {
			args = p.list("")
		}
	}
	p.noGt = false
	var target awkExpr
	appends := p.is(">>")
	if p.accept(">") || p.accept(">>") {
		target = p.concat()
	} else if p.is("|") {
		p.fail("print to a command is not supported by the embedded engine's awk; the engine kind runs the real one")
	}
	if formatted && len(args) == 0 {
		p.fail("printf: no format")
	}
	return func(a *awkRun) { a.print(formatted, args, target, appends) }
}

// groups reports whether the parenthesis here encloses all that print gets: "print (a, b)", but not "print (a) b".
func (p *awkParser) groups() bool {
	depth := 0
	for i := p.at; i < len(p.tokens); i++ {
		if p.tokens[i].kind != 'o' && p.tokens[i].kind != 'e' {
			continue
		}
		switch p.tokens[i].text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				next := p.tokens[i+1]
				return next.kind == 'e' || next.kind == 'o' && slices.Contains([]string{";", "\n", "}", ">", ">>", "|"}, next.text)
			}
		}
	}
	return false
}
