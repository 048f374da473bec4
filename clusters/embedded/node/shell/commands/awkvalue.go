package commands

import (
	"math"
	"strconv"
	"strings"
)

// awkValue is a string, a number, or input that looks like a number and is compared as one.
type awkValue struct {
	s       string
	n       float64
	numeric bool // n holds the value
	text    bool // s holds it
}

func awkNum(n float64) awkValue { return awkValue{n: n, numeric: true} }
func awkStr(s string) awkValue  { return awkValue{s: s, text: true} }
func awkBool(b bool) awkValue   { return awkNum(map[bool]float64{true: 1}[b]) }

func awkInput(s string) awkValue {
	if n, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && !strings.ContainsAny(s, "xXnNpP_") {
		return awkValue{s: s, n: n, numeric: true, text: true}
	}
	return awkStr(s)
}

func (v awkValue) string() string {
	if v.text || !v.numeric {
		return v.s
	}
	if v.n == math.Trunc(v.n) && math.Abs(v.n) < 1e16 {
		return strconv.FormatInt(int64(v.n), 10)
	}
	return strconv.FormatFloat(v.n, 'g', 6, 64)
}

func (v awkValue) number() float64 {
	if v.numeric {
		return v.n
	}
	return leadingNumber(v.s, false)
}

func (v awkValue) truth() bool {
	if v.numeric {
		return v.n != 0
	}
	return v.s != ""
}

func (v awkValue) compare(w awkValue) int {
	unset := func(v awkValue) bool { return !v.numeric && !v.text }
	if (v.numeric || unset(v)) && (w.numeric || unset(w)) {
		return map[bool]int{true: -1}[v.n < w.n] + map[bool]int{true: 1}[v.n > w.n]
	}
	return strings.Compare(v.string(), w.string())
}

func awkKeyOrder(a, b string) int {
	return awkInput(a).compare(awkInput(b))
}
