package commands

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
)

// function compiles a call of one of awk's own functions.
func (p *awkParser) function(name string) awkExpr {
	p.expect("(")
	defer p.expect(")")
	switch name {
	case "sub", "gsub":
		return p.substitute(name == "gsub")
	case "split":
		return p.split()
	case "match":
		text := p.expr()
		p.expect(",")
		re := p.regexp()
		return func(a *awkRun) awkValue {
			at := re(a).FindStringIndex(text(a).string())
			start, length := 0, -1
			if at != nil {
				start, length = at[0]+1, at[1]-at[0]
			}
			a.vars["RSTART"], a.vars["RLENGTH"] = awkNum(float64(start)), awkNum(float64(length))
			return awkNum(float64(start))
		}
	case "length":
		if t := p.peek(); t.kind == 'w' && p.tokens[p.at+1].text == ")" {
			p.at++
			return func(a *awkRun) awkValue {
				if array, ok := a.arrays[t.text]; ok {
					return awkNum(float64(len(array)))
				}
				return awkNum(float64(len([]rune(a.get(t.text).string()))))
			}
		}
	}
	args := p.list(")")
	call, least := awkFunctions[name].call, awkFunctions[name].least
	if call == nil {
		p.fail("%s() is not supported by the embedded engine's awk; the engine kind runs the real one", name)
	}
	if len(args) < least {
		p.fail("%s(): too few arguments", name)
	}
	return func(a *awkRun) awkValue {
		values := make([]awkValue, len(args))
		for i, arg := range args {
			values[i] = arg(a)
		}
		return call(a, values)
	}
}

type awkFunction struct {
	least int
	call  func(*awkRun, []awkValue) awkValue
}

var awkFunctions = map[string]awkFunction{
	"length": {0, func(a *awkRun, v []awkValue) awkValue {
		if len(v) == 0 {
			return awkNum(float64(len([]rune(a.field(0)))))
		}
		return awkNum(float64(len([]rune(v[0].string()))))
	}},
	"substr": {2, awkSubstr},
	"index": {2, func(_ *awkRun, v []awkValue) awkValue {
		return awkNum(float64(strings.Index(v[0].string(), v[1].string()) + 1))
	}},
	"tolower": {1, func(_ *awkRun, v []awkValue) awkValue { return awkStr(strings.ToLower(v[0].string())) }},
	"toupper": {1, func(_ *awkRun, v []awkValue) awkValue { return awkStr(strings.ToUpper(v[0].string())) }},
	"int":     {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Trunc(v[0].number())) }},
	"sqrt":    {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Sqrt(v[0].number())) }},
	"log":     {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Log(v[0].number())) }},
	"exp":     {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Exp(v[0].number())) }},
	"sin":     {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Sin(v[0].number())) }},
	"cos":     {1, func(_ *awkRun, v []awkValue) awkValue { return awkNum(math.Cos(v[0].number())) }},
	"rand":    {0, func(*awkRun, []awkValue) awkValue { return awkNum(rand.Float64()) }},
	"srand":   {0, func(*awkRun, []awkValue) awkValue { return awkNum(0) }},
	"systime": {0, func(*awkRun, []awkValue) awkValue { return awkNum(float64(timeNow().Unix())) }},
	"strftime": {1, func(_ *awkRun, v []awkValue) awkValue {
		at := timeNow()
		if len(v) > 1 {
			at, _ = parseDate(fmt.Sprintf("@%d", int64(v[1].number())))
		}
		return awkStr(strftime(v[0].string(), at.UTC()))
	}},
	"sprintf": {1, func(a *awkRun, v []awkValue) awkValue { return awkStr(a.sprintf(v)) }},
}

func awkSubstr(_ *awkRun, v []awkValue) awkValue {
	text := []rune(v[0].string())
	first := math.Round(v[1].number())
	last := float64(len(text)) + 1
	if len(v) > 2 {
		last = min(last, first+math.Round(v[2].number()))
	}
	first = max(first, 1)
	if !(first < last) {
		return awkStr("")
	}
	return awkStr(string(text[int(first)-1 : int(last)-1]))
}

// substitute is sub and gsub; without a third argument they change the line.
func (p *awkParser) substitute(all bool) awkExpr {
	re := p.regexp()
	p.expect(",")
	with := p.expr()
	place := &awkPlace{get: func(a *awkRun) awkValue { return awkStr(a.field(0)) }, set: func(a *awkRun, v awkValue) { a.setField(0, v.string()) }}
	if p.accept(",") {
		if place, _ = p.primary(); place == nil {
			p.fail("sub(): the third argument cannot be changed")
		}
	}
	return func(a *awkRun) awkValue {
		cmd := sedCommand{expression: re(a), global: all, replacement: strings.ReplaceAll(with(a).string(), `\\&`, `\&`)}
		text := place.get(a).string()
		n := 1
		if all {
			n = len(cmd.expression.FindAllStringIndex(text, -1))
		}
		a.limit(len(text) + n*len(cmd.replacement))
		changed, did := cmd.substitute(text)
		if !did {
			return awkNum(0)
		}
		place.set(a, awkStr(changed))
		return awkNum(float64(n))
	}
}

func (p *awkParser) split() awkExpr {
	text := p.expr()
	p.expect(",")
	name := p.word()
	var re func(*awkRun) *regexp.Regexp
	var separator awkExpr
	if p.accept(",") {
		if p.peek().kind == 'r' {
			re = p.regexp()
		} else {
			separator = p.expr()
		}
	}
	return func(a *awkRun) awkValue {
		s := text(a).string()
		var parts []string
		switch {
		case s == "":
		case re != nil:
			parts = re(a).Split(s, -1)
		case separator != nil:
			parts = a.split(s, separator(a).string())
		default:
			parts = a.split(s, a.get("FS").string())
		}
		array := map[string]awkValue{}
		for i, part := range parts {
			array[fmt.Sprint(i+1)] = awkInput(part)
		}
		a.arrays[name] = array
		return awkNum(float64(len(parts)))
	}
}
