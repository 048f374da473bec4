package commands

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(test, "test", "[") }

// tester evaluates an expression of test: "or" of "and" of "not" of primaries.
type tester struct {
	c    *command
	args []string
	err  error
}

func test(c *command) int {
	t := &tester{c: c, args: c.Args[1:]}
	if c.name == "[" {
		if len(t.args) == 0 || t.args[len(t.args)-1] != "]" {
			c.failf("missing ]")
			return 2
		}
		t.args = t.args[:len(t.args)-1]
	}
	if len(t.args) == 0 {
		return 1
	}
	result := t.short(t.args)
	if t.err == nil && len(t.args) > 0 {
		t.err = fmt.Errorf("%s: unknown operand", t.args[0])
	}
	if t.err != nil {
		c.failf("%v", t.err)
		return 2
	}
	if result {
		return 0
	}
	return 1
}

// short follows the rules for few arguments, by their number: so "test -f" and "test ! = x" do what they should.
func (t *tester) short(args []string) bool {
	switch len(args) {
	case 1:
		t.args = nil
		return args[0] != ""
	case 2:
		if args[0] == "!" {
			t.args = nil
			return args[1] == ""
		}
	case 3:
		if binary[args[1]] {
			t.args = nil
			return t.binary(args[0], args[1], args[2])
		}
	case 4:
		if args[0] == "!" && binary[args[2]] {
			t.args = nil
			return !t.binary(args[1], args[2], args[3])
		}
	}
	return t.or(0)
}

func (t *tester) peek() string {
	if len(t.args) == 0 {
		return ""
	}
	return t.args[0]
}

func (t *tester) next() string {
	if len(t.args) == 0 {
		if t.err == nil {
			t.err = fmt.Errorf("argument expected")
		}
		return ""
	}
	arg := t.args[0]
	t.args = t.args[1:]
	return arg
}

func (t *tester) or(depth int) bool {
	result := t.and(depth)
	for t.peek() == "-o" && t.err == nil {
		t.next()
		right := t.and(depth)
		result = result || right
	}
	return result
}

func (t *tester) and(depth int) bool {
	result := t.not(depth)
	for t.peek() == "-a" && t.err == nil {
		t.next()
		right := t.not(depth)
		result = result && right
	}
	return result
}

func (t *tester) not(depth int) bool {
	if depth > 200 {
		t.err = fmt.Errorf("expression too deep")
		return false
	}
	if t.peek() == "!" && len(t.args) > 1 {
		t.next()
		return !t.not(depth + 1)
	}
	return t.primary(depth)
}

func (t *tester) primary(depth int) bool {
	if len(t.args) >= 3 && binary[t.args[1]] {
		left, op, right := t.next(), t.next(), t.next()
		return t.binary(left, op, right)
	}
	arg := t.next()
	if arg == "(" {
		result := t.or(depth + 1)
		if t.next() != ")" && t.err == nil {
			t.err = fmt.Errorf("closing paren expected")
		}
		return result
	}
	if len(arg) == 2 && arg[0] == '-' && strings.Contains("bcdefghkLnprsStuwxzOG", arg[1:]) && len(t.args) > 0 {
		return t.unary(arg[1], t.next())
	}
	return arg != ""
}

var binary = map[string]bool{"=": true, "==": true, "!=": true, "<": true, ">": true, "-eq": true, "-ne": true, "-lt": true,
	"-le": true, "-gt": true, "-ge": true, "-nt": true, "-ot": true, "-ef": true}

func (t *tester) binary(left, op, right string) bool {
	switch op {
	case "=", "==":
		return left == right
	case "!=":
		return left != right
	case "<":
		return left < right
	case ">":
		return left > right
	case "-nt", "-ot", "-ef":
		return t.files(left, op, right)
	}
	a, b := t.number(left), t.number(right)
	if t.err != nil {
		return false
	}
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	}
	return a >= b
}

func (t *tester) number(word string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(word), 10, 64)
	if err != nil && t.err == nil {
		t.err = fmt.Errorf("%s: bad number", word)
	}
	return n
}

func (t *tester) files(left, op, right string) bool {
	a, errA := proc.Stat(t.c.Process, left, true)
	b, errB := proc.Stat(t.c.Process, right, true)
	switch op {
	case "-nt":
		return errA == nil && (errB != nil || a.ModTime().After(b.ModTime()))
	case "-ot":
		return errB == nil && (errA != nil || b.ModTime().After(a.ModTime()))
	}
	if errA != nil || errB != nil {
		return false
	}
	x, _ := t.c.Files.Resolve(t.c.abs(left))
	y, _ := t.c.Files.Resolve(t.c.abs(right))
	return x == y
}

func (t *tester) unary(op byte, word string) bool {
	switch op {
	case 'z':
		return word == ""
	case 'n':
		return word != ""
	case 't':
		return t.c.TTY
	case 'r':
		return proc.Access(t.c.Process, word, false, false) == nil
	case 'w':
		return proc.Access(t.c.Process, word, true, false) == nil
	case 'x':
		return proc.Access(t.c.Process, word, false, true) == nil
	}
	info, err := proc.Stat(t.c.Process, word, op != 'h' && op != 'L')
	if err != nil {
		return false
	}
	mode := info.Mode()
	switch op {
	case 'e', 'O', 'G': // owners are not kept: every file is the container's
		return true
	case 'f':
		return mode.IsRegular()
	case 'd':
		return mode.IsDir()
	case 's':
		return info.Size() > 0
	case 'h', 'L':
		return mode&fs.ModeSymlink != 0
	case 'b':
		return mode&fs.ModeDevice != 0 && mode&fs.ModeCharDevice == 0
	case 'c':
		return mode&fs.ModeCharDevice != 0
	case 'p':
		return mode&fs.ModeNamedPipe != 0
	case 'S':
		return mode&fs.ModeSocket != 0
	case 'u':
		return mode&fs.ModeSetuid != 0
	case 'g':
		return mode&fs.ModeSetgid != 0
	case 'k':
		return mode&fs.ModeSticky != 0
	}
	t.err = syscall.EINVAL
	return false
}
