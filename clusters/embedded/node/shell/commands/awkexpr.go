package commands

import (
	"math"
	"slices"
)

// place is what can be assigned to: a variable, a field, an element.
type awkPlace struct {
	get func(*awkRun) awkValue
	set func(*awkRun, awkValue)
}

func (p *awkParser) expr() awkExpr {
	p.enter()
	defer func() { p.depth-- }()
	cond := p.or()
	if !p.accept("?") {
		return cond
	}
	p.skip()
	yes := p.expr()
	p.skip()
	p.expect(":")
	p.skip()
	no := p.expr()
	return func(a *awkRun) awkValue {
		if cond(a).truth() {
			return yes(a)
		}
		return no(a)
	}
}

func (p *awkParser) or() awkExpr {
	left := p.and()
	for p.accept("||") {
		p.skip()
		x, y := left, p.and()
		left = func(a *awkRun) awkValue { return awkBool(x(a).truth() || y(a).truth()) }
	}
	return left
}

func (p *awkParser) and() awkExpr {
	left := p.member()
	for p.accept("&&") {
		p.skip()
		x, y := left, p.member()
		left = func(a *awkRun) awkValue { return awkBool(x(a).truth() && y(a).truth()) }
	}
	return left
}

func (p *awkParser) member() awkExpr {
	left := p.match()
	for p.is("in") {
		p.at++
		x, name := left, p.word()
		left = func(a *awkRun) awkValue {
			_, found := a.array(name)[x(a).string()]
			return awkBool(found)
		}
	}
	return left
}

func (p *awkParser) match() awkExpr {
	left := p.comparison()
	for p.is("~") || p.is("!~") {
		negated := p.is("!~")
		p.at++
		x, re := left, p.regexp()
		left = func(a *awkRun) awkValue { return awkBool(re(a).MatchString(x(a).string()) != negated) }
	}
	return left
}

func (p *awkParser) comparison() awkExpr {
	left := p.concat()
	for _, op := range []string{"<=", ">=", "==", "!=", "<", ">"} {
		if !p.is(op) || op == ">" && p.noGt {
			continue
		}
		p.at++
		x, y := left, p.concat()
		return func(a *awkRun) awkValue {
			order := x(a).compare(y(a))
			return awkBool(map[string]bool{"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "==": order == 0, "!=": order != 0}[op])
		}
	}
	return left
}

func (p *awkParser) concat() awkExpr {
	left := p.additive()
	for p.startsOperand() {
		x, y := left, p.additive()
		left = func(a *awkRun) awkValue {
			s := x(a).string() + y(a).string()
			a.limit(len(s))
			return awkStr(s)
		}
	}
	return left
}

// startsOperand reports whether what follows is joined to what stands before.
func (p *awkParser) startsOperand() bool {
	switch t := p.peek(); t.kind {
	case 'n', 's', 'f':
		return true
	case 'w':
		return !awkKeywords[t.text]
	case 'o':
		return t.text == "$" || t.text == "(" || t.text == "!" || t.text == "-" || t.text == "+" || t.text == "++" || t.text == "--"
	}
	return false
}

func (p *awkParser) additive() awkExpr {
	left := p.term()
	for p.is("+") || p.is("-") {
		op := p.peek().text
		p.at++
		x, y := left, p.term()
		left = func(a *awkRun) awkValue { return awkNum(awkArithmetic(a, op, x(a).number(), y(a).number())) }
	}
	return left
}

func (p *awkParser) term() awkExpr {
	left := p.unary()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.peek().text
		p.at++
		x, y := left, p.unary()
		left = func(a *awkRun) awkValue { return awkNum(awkArithmetic(a, op, x(a).number(), y(a).number())) }
	}
	return left
}

func awkArithmetic(a *awkRun, op string, x, y float64) float64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "^":
		return math.Pow(x, y)
	}
	if y == 0 {
		a.fail("Division by zero")
	}
	if op == "/" {
		return x / y
	}
	return math.Mod(x, y)
}

func (p *awkParser) unary() awkExpr {
	p.enter()
	defer func() { p.depth-- }()
	switch {
	case p.accept("!"):
		x := p.unary()
		return func(a *awkRun) awkValue { return awkBool(!x(a).truth()) }
	case p.accept("-"):
		x := p.unary()
		return func(a *awkRun) awkValue { return awkNum(-x(a).number()) }
	case p.accept("+"):
		x := p.unary()
		return func(a *awkRun) awkValue { return awkNum(x(a).number()) }
	}
	left := p.postfix()
	if p.accept("^") || p.accept("**") {
		y := p.unary()
		return func(a *awkRun) awkValue { return awkNum(math.Pow(left(a).number(), y(a).number())) }
	}
	return left
}

func (p *awkParser) postfix() awkExpr {
	if p.is("++") || p.is("--") {
		by := map[string]float64{"++": 1, "--": -1}[p.peek().text]
		p.at++
		place, _ := p.primary()
		if place == nil {
			p.fail("syntax error: nothing to count")
		}
		return func(a *awkRun) awkValue {
			value := awkNum(place.get(a).number() + by)
			place.set(a, value)
			return value
		}
	}
	place, value := p.primary()
	if place == nil {
		return value
	}
	switch t := p.peek(); {
	case t.kind != 'o':
	case t.text == "++" || t.text == "--":
		by := map[string]float64{"++": 1, "--": -1}[t.text]
		p.at++
		return func(a *awkRun) awkValue {
			old := place.get(a).number()
			place.set(a, awkNum(old+by))
			return awkNum(old)
		}
	case t.text == "=":
		p.at++
		p.skip()
		right := p.expr()
		return func(a *awkRun) awkValue {
			value := right(a)
			place.set(a, value)
			return value
		}
	case slices.Contains([]string{"+=", "-=", "*=", "/=", "%=", "^=", "**="}, t.text):
		p.at++
		op := t.text[:1]
		if t.text == "**=" {
			op = "^"
		}
		right := p.expr()
		return func(a *awkRun) awkValue {
			value := awkNum(awkArithmetic(a, op, place.get(a).number(), right(a).number()))
			place.set(a, value)
			return value
		}
	}
	return place.get
}

// primary parses an operand: a place, or a value alone.
func (p *awkParser) primary() (*awkPlace, awkExpr) {
	t := p.peek()
	p.at++
	switch {
	case t.kind == 'n':
		return nil, awkNumber(t.text)
	case t.kind == 's':
		return nil, func(*awkRun) awkValue { return awkStr(t.text) }
	case t.kind == 'r':
		p.at--
		re := p.regexp()
		return nil, func(a *awkRun) awkValue { return awkBool(re(a).MatchString(a.field(0))) }
	case t.kind == 'f':
		return nil, p.function(t.text)
	case t.kind == 'o' && t.text == "$":
		inner := p.fieldNumber()
		return &awkPlace{
			get: func(a *awkRun) awkValue { return awkInput(a.field(int(inner(a).number()))) },
			set: func(a *awkRun, v awkValue) { a.setField(int(inner(a).number()), v.string()) },
		}, nil
	case t.kind == 'o' && t.text == "(":
		noGt := p.noGt
		p.noGt = false
		list := p.list(")")
		p.expect(")")
		p.noGt = noGt
		if len(list) > 1 { // (i, j) in array
			key := awkJoin(list)
			return nil, func(a *awkRun) awkValue { return awkStr(key(a)) }
		}
		if len(list) == 1 {
			return nil, list[0]
		}
	case t.kind == 'w' && t.text == "length":
		return nil, func(a *awkRun) awkValue { return awkNum(float64(len([]rune(a.field(0))))) }
	case t.kind == 'w' && !awkKeywords[t.text]:
		name := t.text
		if !p.accept("[") {
			return &awkPlace{get: func(a *awkRun) awkValue { return a.get(name) }, set: func(a *awkRun, v awkValue) { a.set(name, v) }}, nil
		}
		key := p.subscript()
		return &awkPlace{
			get: func(a *awkRun) awkValue {
				array, k := a.array(name), key(a)
				v, ok := array[k]
				if !ok {
					a.limit(len(array) * 64)
					array[k] = v // as awk does: an element that is looked at exists
				}
				return v
			},
			set: func(a *awkRun, v awkValue) { a.array(name)[key(a)] = v },
		}, nil
	}
	p.fail("syntax error near %q", t.text)
	return nil, nil
}

// fieldNumber is what stands behind "$": $NF-1 is ($NF)-1.
func (p *awkParser) fieldNumber() awkExpr {
	if p.is("++") || p.is("--") || p.is("-") {
		return p.unary()
	}
	place, value := p.primary()
	if place != nil {
		return place.get
	}
	return value
}
