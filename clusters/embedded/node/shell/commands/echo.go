package commands

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(func(*command) int { return 0 }, "true", ":")
	add(func(*command) int { return 1 }, "false")
	add(echo, "echo")
	add(printf, "printf")
	add(yes, "yes")
	add(seq, "seq")
}

func echo(c *command) int {
	args := c.Args[1:]
	newline, escapes := true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, letter := range args[0][1:] {
			switch letter {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = unescape(text, true); stop {
			newline = false
		}
	}
	if newline {
		text += "\n"
	}
	if _, err := io.WriteString(c.Stdout, text); err != nil {
		return 1
	}
	return 0
}

// unescape replaces backslash sequences. stop is true if there was a "\c", which ends all output. In the text of echo and %b an
// octal number begins with 0.
func unescape(s string, zero bool) (text string, stop bool) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'a':
			out.WriteByte('\a')
		case 'b':
			out.WriteByte('\b')
		case 'c':
			return out.String(), true
		case 'e':
			out.WriteByte(27)
		case 'f':
			out.WriteByte('\f')
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 't':
			out.WriteByte('\t')
		case 'v':
			out.WriteByte('\v')
		case '\\':
			out.WriteByte('\\')
		case 'x':
			n, digits := number(s[i+1:], 2, 16)
			if digits == 0 {
				out.WriteString(`\x`)
			} else {
				out.WriteByte(byte(n))
			}
			i += digits
		case '0', '1', '2', '3', '4', '5', '6', '7':
			skip := 0
			if zero && s[i] == '0' {
				skip = 1
			}
			n, digits := number(s[i+skip:], 3, 8)
			out.WriteByte(byte(n))
			i += skip + digits - 1
		default:
			out.WriteByte('\\')
			out.WriteByte(s[i])
		}
	}
	return out.String(), false
}

func number(s string, most, base int) (n, digits int) {
	for digits < most && digits < len(s) {
		d, err := strconv.ParseInt(s[digits:digits+1], base, 32)
		if err != nil {
			break
		}
		n, digits = n*base+int(d), digits+1
	}
	return n, digits
}

func printf(c *command) int {
	if len(c.Args) < 2 {
		return c.failf("usage: printf FORMAT [ARG]...")
	}
	args := c.Args[2:]
	var out strings.Builder
	code := 0
	for {
		before := len(args)
		stop := c.format(&out, c.Args[1], &args, &code)
		if stop || len(args) == 0 || len(args) == before {
			break
		}
		if out.Len() > proc.MaxMemory || c.ctx.Err() != nil {
			return c.failf("out of memory")
		}
	}
	if _, err := io.WriteString(c.Stdout, out.String()); err != nil {
		return 1
	}
	return code
}

// format writes a format once and takes the arguments that it uses. stop is true after "\c".
func (c *command) format(out *strings.Builder, format string, args *[]string, code *int) (stop bool) {
	next := func() string {
		if len(*args) == 0 {
			return ""
		}
		arg := (*args)[0]
		*args = (*args)[1:]
		return arg
	}
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			end := strings.IndexByte(format[i:], '%')
			if end < 0 {
				end = len(format) - i
			}
			text, stopped := unescape(format[i:i+end], false)
			out.WriteString(text)
			if stopped {
				return true
			}
			i += end - 1
			continue
		}
		spec := "%"
		for i++; i < len(format) && strings.IndexByte("-+ #0123456789.*", format[i]) >= 0; i++ {
			if format[i] == '*' {
				spec += next()
			} else {
				spec += format[i : i+1]
			}
		}
		if i == len(format) {
			*code = c.failf("%s: invalid format", format)
			return true
		}
		if tooWide(spec) {
			*code = c.failf("%s: invalid format", spec)
			return true
		}
		switch verb := format[i]; verb {
		case '%':
			out.WriteByte('%')
		case 's':
			fmt.Fprintf(out, spec+"s", next())
		case 'c':
			fmt.Fprintf(out, spec+"s", firstByte(next()))
		case 'q':
			out.WriteString("'" + strings.ReplaceAll(next(), "'", `'\''`) + "'")
		case 'b':
			text, stopped := unescape(next(), true)
			fmt.Fprintf(out, spec+"s", text)
			if stopped {
				return true
			}
		case 'd', 'i', 'u', 'x', 'X', 'o':
			verb := strings.NewReplacer("i", "d", "u", "d").Replace(string(verb))
			fmt.Fprintf(out, spec+verb, c.integer(next(), code))
		case 'f', 'e', 'g', 'E', 'G', 'F':
			arg := next()
			value, err := strconv.ParseFloat(strings.TrimSpace(arg), 64)
			if err != nil && arg != "" {
				*code = c.failf("invalid number '%s'", arg)
			}
			fmt.Fprintf(out, spec+string(verb), value)
		default:
			*code = c.failf("%%%c: invalid format", verb)
			return true
		}
	}
	return false
}

func tooWide(spec string) bool {
	for number := range strings.FieldsFuncSeq(spec, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(number); err != nil || n > 4096 {
			return true
		}
	}
	return strings.Count(spec, ".") > 1
}

func firstByte(s string) string {
	if s == "" {
		return ""
	}
	return s[:1]
}

func (c *command) integer(arg string, code *int) int64 {
	if arg == "" {
		return 0
	}
	if arg[0] == '\'' || arg[0] == '"' {
		if len(arg) > 1 {
			return int64([]rune(arg[1:])[0])
		}
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(arg), 0, 64)
	if err != nil {
		*code = c.failf("invalid number '%s'", arg)
	}
	return n
}

func yes(c *command) int {
	text := "y"
	if len(c.Args) > 1 {
		text = strings.Join(c.Args[1:], " ")
	}
	block := strings.Repeat(text+"\n", max(1, 4096/(len(text)+1)))
	for c.ctx.Err() == nil {
		if _, err := io.WriteString(c.Stdout, block); err != nil {
			return 1
		}
	}
	return 1
}

func seq(c *command) int {
	args, separator, wide := c.Args[1:], "\n", false
	for len(args) > 0 && (args[0] == "-w" || strings.HasPrefix(args[0], "-s")) {
		switch {
		case args[0] == "-w":
			wide = true
		case len(args[0]) > 2:
			separator = args[0][2:]
		case len(args) > 1:
			separator, args = args[1], args[1:]
		}
		args = args[1:]
	}
	first, step, last := 1.0, 1.0, 0.0
	numbers := make([]float64, len(args))
	decimals := 0
	for i, arg := range args {
		n, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return c.failf("invalid number '%s'", arg)
		}
		if _, after, ok := strings.Cut(arg, "."); ok && (i < 2 || len(args) < 3) {
			decimals = max(decimals, len(after))
		}
		numbers[i] = n
	}
	switch len(args) {
	case 1:
		last = numbers[0]
	case 2:
		first, last = numbers[0], numbers[1]
	case 3:
		first, step, last = numbers[0], numbers[1], numbers[2]
	default:
		return c.failf("usage: seq [-w] [-s SEP] [FIRST [INC]] LAST")
	}
	if step == 0 {
		return c.failf("the increment must not be 0")
	}
	width := 0
	if wide {
		width = max(len(strconv.FormatFloat(first, 'f', decimals, 64)), len(strconv.FormatFloat(last, 'f', decimals, 64)))
	}
	out := c.out()
	n := 0
	for i := 0; ; i++ {
		value := first + float64(i)*step
		if step > 0 && value > last+1e-9 || step < 0 && value < last-1e-9 {
			break
		}
		if n++; n > 1 {
			out.WriteString(separator)
		}
		if _, err := fmt.Fprintf(out, "%0*.*f", width, decimals, value); err != nil || n%1000 == 0 && c.ctx.Err() != nil {
			return 1
		}
	}
	if n > 0 {
		out.WriteByte('\n')
	}
	out.Flush()
	return 0
}
