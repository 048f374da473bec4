package commands

import (
	"fmt"
	"strconv"
	"strings"
)

func init() { add(expr, "expr") }

// calculation is an expression of expr that is being worked out.
type calculation struct {
	args []string
	err  error
}

var errSyntax = fmt.Errorf("syntax error")

func expr(c *command) int {
	k := &calculation{args: c.Args[1:]}
	result := k.level(0, 0)
	if k.err == nil && len(k.args) > 0 {
		k.err = errSyntax
	}
	if k.err != nil {
		c.failf("%v", k.err)
		return 2
	}
	fmt.Fprintln(c.Stdout, result)
	if result == "" || result == "0" {
		return 1
	}
	return 0
}

var exprLevels = [][]string{{"|"}, {"&"}, {"=", "==", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}, {":"}}

func (k *calculation) level(n, depth int) string {
	if n == len(exprLevels) {
		return k.primary(depth)
	}
	left := k.level(n+1, depth)
	for k.err == nil && len(k.args) > 0 && contains(exprLevels[n], k.args[0]) {
		op := k.args[0]
		k.args = k.args[1:]
		left = k.apply(op, left, k.level(n+1, depth))
	}
	return left
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

func (k *calculation) primary(depth int) string {
	if len(k.args) == 0 || depth > 200 {
		if k.err == nil {
			k.err = errSyntax
		}
		return ""
	}
	word := k.args[0]
	k.args = k.args[1:]
	switch {
	case word == "(":
		value := k.level(0, depth+1)
		if len(k.args) == 0 || k.args[0] != ")" {
			k.err = errSyntax
			return ""
		}
		k.args = k.args[1:]
		return value
	case word == "length" && len(k.args) > 0:
		return strconv.Itoa(len(k.primary(depth + 1)))
	case word == "substr" && len(k.args) > 2:
		text := k.primary(depth + 1)
		at, n := k.number(k.primary(depth+1)), k.number(k.primary(depth+1))
		if at < 1 || n < 1 || at > int64(len(text)) {
			return ""
		}
		return text[at-1 : min(int64(len(text)), at-1+min(n, int64(len(text))))]
	case word == "index" && len(k.args) > 1:
		return strconv.Itoa(strings.IndexAny(k.primary(depth+1), k.primary(depth+1)) + 1)
	case word == "match" && len(k.args) > 1:
		return k.apply(":", k.primary(depth+1), k.primary(depth+1))
	}
	return word
}

func (k *calculation) number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil && k.err == nil {
		k.err = fmt.Errorf("non-numeric argument")
	}
	return n
}

func (k *calculation) apply(op, left, right string) string {
	truth := func(b bool) string { return map[bool]string{true: "1", false: "0"}[b] }
	zero := func(s string) bool { return s == "" || s == "0" }
	switch op {
	case "|":
		if !zero(left) {
			return left
		}
		return right
	case "&":
		if zero(left) || zero(right) {
			return "0"
		}
		return left
	case ":":
		expression, err := compile("^"+strings.TrimPrefix(basic(right), "^"), true, false)
		if err != nil {
			k.err = err
			return ""
		}
		match := expression.FindStringSubmatch(left)
		switch {
		case expression.NumSubexp() > 0 && match != nil:
			return match[1]
		case expression.NumSubexp() > 0:
			return ""
		case match == nil:
			return "0"
		}
		return strconv.Itoa(len(match[0]))
	case "=", "==", "!=", "<", "<=", ">", ">=":
		order := strings.Compare(left, right)
		a, errA := strconv.ParseInt(left, 10, 64)
		b, errB := strconv.ParseInt(right, 10, 64)
		if errA == nil && errB == nil {
			order = map[bool]int{true: -1}[a < b] + map[bool]int{true: 1}[a > b]
		}
		return truth(map[string]bool{"=": order == 0, "==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0,
			">": order > 0, ">=": order >= 0}[op])
	}
	a, b := k.number(left), k.number(right)
	if k.err != nil {
		return ""
	}
	switch op {
	case "+":
		a += b
	case "-":
		a -= b
	case "*":
		a *= b
	default:
		if b == 0 {
			k.err = fmt.Errorf("division by zero")
			return ""
		}
		if op == "/" {
			a /= b
		} else {
			a %= b
		}
	}
	return strconv.FormatInt(a, 10)
}
