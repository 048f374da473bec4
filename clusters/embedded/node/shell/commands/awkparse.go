package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// An awk program is compiled to closures: an expression to one that gives its value, a statement to one that does its work.
type (
	awkExpr func(*awkRun) awkValue
	awkStmt func(*awkRun)
)

// awkRule is "pattern { action }". Without a pattern every line fits, without an action it is printed.
type awkRule struct {
	begin, end bool
	from, to   awkExpr
	action     awkStmt
	open       bool // is the range of from and to open?
}

// awkParser compiles. Its methods panic with an error; parse returns it.
type awkParser struct {
	tokens []awkToken
	at     int
	depth  int
	noIn   bool // in the head of a for, "in" is not an operator
	noGt   bool // after print, ">" is a redirection
}

func awkParse(src string) (rules []*awkRule, err error) {
	p := &awkParser{}
	if p.tokens, err = awkLex(src); err != nil {
		return nil, err
	}
	defer func() {
		switch crash := recover().(type) {
		case nil:
		case awkMistake:
			err = crash
		default:
			panic(crash)
		}
	}()
	for p.newlines(); p.peek().kind != 'e'; p.newlines() {
		rules = append(rules, p.rule())
	}
	return rules, nil
}

type awkMistake struct{ error }

func (p *awkParser) fail(format string, args ...any) { panic(awkMistake{fmt.Errorf(format, args...)}) }

func (p *awkParser) peek() awkToken { return p.tokens[p.at] }

func (p *awkParser) is(text string) bool {
	t := p.peek()
	return (t.kind == 'o' || t.kind == 'w') && t.text == text
}

func (p *awkParser) accept(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

func (p *awkParser) expect(text string) {
	if !p.accept(text) {
		p.fail("syntax error near %q: %q expected", p.peek().text, text)
	}
}

func (p *awkParser) newlines() {
	for p.accept("\n") || p.accept(";") {
	}
}

func (p *awkParser) enter() {
	if p.depth++; p.depth > 500 {
		p.fail("program nests too deep")
	}
}

func (p *awkParser) rule() *awkRule {
	r := &awkRule{}
	switch {
	case p.accept("BEGIN"):
		r.begin = true
	case p.accept("END"):
		r.end = true
	case p.is("function") || p.is("func"):
		p.fail("functions are not supported by the embedded engine's awk; the engine kind runs the real one")
	case !p.is("{"):
		r.from = p.expr()
		if p.accept(",") {
			p.skip()
			r.to = p.expr()
		}
	}
	if p.is("{") {
		r.action = p.block()
	} else if r.begin || r.end {
		p.fail("syntax error: { expected")
	}
	return r
}

func (p *awkParser) skip() {
	for p.accept("\n") {
	}
}

func (p *awkParser) block() awkStmt {
	p.expect("{")
	var list []awkStmt
	for p.newlines(); !p.is("}"); p.newlines() {
		if p.peek().kind == 'e' {
			p.fail("syntax error: } expected")
		}
		list = append(list, p.stmt())
	}
	p.expect("}")
	return func(a *awkRun) {
		for _, s := range list {
			a.step()
			s(a)
			if a.leave != 0 {
				return
			}
		}
	}
}

// body is what if and the loops do.
func (p *awkParser) body() awkStmt {
	p.skip()
	if p.accept(";") {
		return func(*awkRun) {}
	}
	return p.stmt()
}

func (p *awkParser) stmt() awkStmt {
	p.enter()
	defer func() { p.depth-- }()
	switch {
	case p.is("{"):
		return p.block()
	case p.accept("if"):
		return p.ifStmt()
	case p.accept("while"):
		p.expect("(")
		cond := p.expr()
		p.expect(")")
		return awkLoop(cond, p.body(), nil)
	case p.accept("do"):
		body := p.body()
		p.newlines()
		p.expect("while")
		p.expect("(")
		cond := p.expr()
		p.expect(")")
		rest := awkLoop(cond, body, nil)
		return func(a *awkRun) {
			body(a)
			if a.looped() {
				rest(a)
			}
		}
	case p.accept("for"):
		return p.forStmt()
	case p.is("print") || p.is("printf"):
		return p.print()
	case p.accept("next"):
		return func(a *awkRun) { a.leave = awkNext }
	case p.accept("break"):
		return func(a *awkRun) { a.leave = awkBreak }
	case p.accept("continue"):
		return func(a *awkRun) { a.leave = awkContinue }
	case p.accept("exit"):
		var code awkExpr
		if !p.is("}") && !p.is(";") && !p.is("\n") {
			code = p.expr()
		}
		return func(a *awkRun) {
			if code != nil {
				a.code = int(code(a).number())
			}
			a.leave = awkExit
		}
	case p.accept("delete"):
		return p.deleteStmt()
	case p.is("getline") || p.is("return"):
		p.fail("%s is not supported by the embedded engine's awk; the engine kind runs the real one", p.peek().text)
	}
	e := p.expr()
	return func(a *awkRun) { e(a) }
}

func (p *awkParser) ifStmt() awkStmt {
	p.expect("(")
	cond := p.expr()
	p.expect(")")
	then := p.body()
	before := p.at
	p.newlines()
	if !p.accept("else") {
		p.at = before
		return func(a *awkRun) {
			if cond(a).truth() {
				then(a)
			}
		}
	}
	otherwise := p.body()
	return func(a *awkRun) {
		if cond(a).truth() {
			then(a)
		} else {
			otherwise(a)
		}
	}
}

func awkLoop(cond awkExpr, body, after awkStmt) awkStmt {
	return func(a *awkRun) {
		for cond == nil || cond(a).truth() {
			a.step()
			body(a)
			if !a.looped() {
				return
			}
			if after != nil {
				after(a)
			}
		}
	}
}

func (p *awkParser) forStmt() awkStmt {
	p.expect("(")
	if t := p.tokens[p.at:]; len(t) > 3 && t[0].kind == 'w' && t[1].text == "in" && t[2].kind == 'w' && t[3].text == ")" {
		name, array := t[0].text, t[2].text
		p.at += 4
		body := p.body()
		return func(a *awkRun) {
			var keys []string
			for key := range a.array(array) {
				keys = append(keys, key)
			}
			slices.SortFunc(keys, awkKeyOrder) // any order is right: a sorted one is the same each time
			for _, key := range keys {
				a.step()
				a.vars[name] = awkInput(key)
				body(a)
				if !a.looped() {
					return
				}
			}
		}
	}
	simple := func(end string) awkStmt {
		if p.is(end) {
			return nil
		}
		e := p.expr()
		return func(a *awkRun) { e(a) }
	}
	first := simple(";")
	p.expect(";")
	var cond awkExpr
	if !p.is(";") {
		cond = p.expr()
	}
	p.expect(";")
	after := simple(")")
	p.expect(")")
	loop := awkLoop(cond, p.body(), after)
	return func(a *awkRun) {
		if first != nil {
			first(a)
		}
		loop(a)
	}
}

func (p *awkParser) deleteStmt() awkStmt {
	name := p.word()
	if !p.accept("[") {
		return func(a *awkRun) { delete(a.arrays, name) }
	}
	key := p.subscript()
	return func(a *awkRun) { delete(a.array(name), key(a)) }
}

func (p *awkParser) word() string {
	t := p.peek()
	if t.kind != 'w' || awkKeywords[t.text] {
		p.fail("syntax error near %q", t.text)
	}
	p.at++
	return t.text
}

func (p *awkParser) list(end string) []awkExpr {
	var list []awkExpr
	if end != "" && p.is(end) {
		return nil
	}
	for {
		list = append(list, p.expr())
		if !p.accept(",") {
			return list
		}
		p.skip()
	}
}

func (p *awkParser) subscript() func(*awkRun) string {
	list := p.list("]")
	p.expect("]")
	return awkJoin(list)
}

func awkJoin(list []awkExpr) func(*awkRun) string {
	return func(a *awkRun) string {
		key := ""
		for i, e := range list {
			if i > 0 {
				key += "\x1c"
			}
			key += e(a).string()
		}
		return key
	}
}

// regexp is an expression that a value stands for; a literal one is compiled once.
func (p *awkParser) regexp() func(*awkRun) *regexp.Regexp {
	if t := p.peek(); t.kind == 'r' {
		p.at++
		compiled, err := compile(t.text, true, false)
		if err != nil {
			p.fail("bad regex '%s': %v", t.text, err)
		}
		return func(*awkRun) *regexp.Regexp { return compiled }
	}
	e := p.concat()
	return func(a *awkRun) *regexp.Regexp { return a.compile(e(a).string()) }
}

func awkNumber(text string) awkExpr {
	n, _ := strconv.ParseFloat(text, 64)
	return func(*awkRun) awkValue { return awkNum(n) }
}
