package commands

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(sortLines, "sort")
	add(uniq, "uniq")
	add(cut, "cut")
	add(tr, "tr")
	add(nl, "nl")
}

func sortLines(c *command) int {
	o := c.parse("n r u k: t: f h V o: b s g")
	if o == nil {
		return 1
	}
	list, code := c.all(o.Args)
	key := func(line string) string { return line }
	if o.Has("k") {
		first, last, ok := sortKey(o.Value("k"))
		if !ok {
			return c.failf("bad field specification '%s'", o.Value("k"))
		}
		key = func(line string) string { return fieldsOf(line, o.Value("t"), first, last) }
	}
	numeric := o.Has("n") || o.Has("g") || o.Has("h") || strings.Contains(o.Value("k"), "n")
	reverse := o.Has("r") || strings.Contains(o.Value("k"), "r")
	compare := func(a, b string) int {
		x, y := key(a), key(b)
		switch {
		case numeric:
			n, m := leadingNumber(x, o.Has("h")), leadingNumber(y, o.Has("h"))
			if n != m {
				return map[bool]int{true: -1, false: 1}[n < m]
			}
			return 0
		case o.Has("V"):
			return compareVersions(x, y)
		case o.Has("f"):
			x, y = strings.ToLower(x), strings.ToLower(y)
		}
		return strings.Compare(x, y)
	}
	slices.SortStableFunc(list, func(a, b string) int {
		n := compare(a, b)
		if n == 0 && !o.Has("s") && !o.Has("u") {
			n = strings.Compare(a, b)
		}
		if reverse {
			return -n
		}
		return n
	})
	if o.Has("u") {
		list = slices.CompactFunc(list, func(a, b string) bool { return compare(a, b) == 0 })
	}
	text := strings.Join(list, "\n")
	if len(list) > 0 {
		text += "\n"
	}
	if o.Has("o") {
		if err := c.Files.WriteFile(c.abs(o.Value("o")), []byte(text), 0o644); err != nil {
			return c.failf("%s: %s", o.Value("o"), proc.Message(err))
		}
		return code
	}
	if _, err := io.WriteString(c.Stdout, text); err != nil {
		return 1
	}
	return code
}

// sortKey reads "2" or "2,3", with letters after the numbers.
func sortKey(word string) (first, last int, ok bool) {
	from, to, both := strings.Cut(word, ",")
	digits := func(s string) int {
		s, _, _ = strings.Cut(s, ".")
		n, _ := strconv.Atoi(strings.TrimRightFunc(s, unicode.IsLetter))
		return n
	}
	first, last = digits(from), 1<<30
	if both {
		last = digits(to)
	}
	return first, last, first > 0
}

func fieldsOf(line, separator string, first, last int) string {
	join := separator
	var fields []string
	if separator == "" {
		fields, join = strings.Fields(line), " "
	} else {
		fields = strings.Split(line, separator)
	}
	if first > len(fields) {
		return ""
	}
	return strings.Join(fields[first-1:min(last, len(fields))], join)
}

func leadingNumber(s string, units bool) float64 {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	n, _ := strconv.ParseFloat(s[:end], 64)
	if units && end < len(s) {
		for i := range strings.IndexByte("KMGTP", strings.ToUpper(s[end:])[0]) + 1 {
			_ = i
			n *= 1024
		}
	}
	return n
}

// compareVersions compares runs of digits as numbers.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		x, y := digitsOf(a), digitsOf(b)
		if x != "" && y != "" {
			if n, m := leadingNumber(x, false), leadingNumber(y, false); n != m {
				return map[bool]int{true: -1, false: 1}[n < m]
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digitsOf(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

func uniq(c *command) int {
	o := c.parse("c d u i f: s:")
	if o == nil {
		return 1
	}
	list, code := c.all(o.Args[:min(1, len(o.Args))])
	fold := func(s string) string {
		if o.Has("i") {
			return strings.ToLower(s)
		}
		return s
	}
	out := c.out()
	defer out.Flush()
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && fold(list[i]) == fold(list[i+n]) {
			n++
		}
		if (!o.Has("d") || n > 1) && (!o.Has("u") || n == 1) {
			if o.Has("c") {
				fmt.Fprintf(out, "%7d ", n)
			}
			fmt.Fprintln(out, list[i])
		}
		i += n
	}
	return code
}

// ranges reads "1,3-5,7-".
func ranges(word string) ([][2]int, bool) {
	var list [][2]int
	for part := range strings.SplitSeq(word, ",") {
		from, to, both := strings.Cut(part, "-")
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		switch {
		case !both:
			b = a
		case to == "" && errA == nil:
			b, errB = 1<<30, nil
		case from == "" && errB == nil:
			a, errA = 1, nil
		}
		if errA != nil || both && errB != nil || a < 1 || b < a {
			return nil, false
		}
		list = append(list, [2]int{a, b})
	}
	return list, true
}

func in(list [][2]int, n int) bool {
	return slices.ContainsFunc(list, func(r [2]int) bool { return n >= r[0] && n <= r[1] })
}

func cut(c *command) int {
	o := c.parse("d: f: c: b: s n output-delimiter:")
	if o == nil {
		return 1
	}
	list, ok := ranges(o.Value("f") + o.Value("c") + o.Value("b"))
	if !ok {
		return c.failf("invalid list '%s'", o.Value("f")+o.Value("c")+o.Value("b"))
	}
	delimiter := "\t"
	if o.Has("d") {
		delimiter = o.Value("d")
	}
	join := delimiter
	if o.Has("output-delimiter") {
		join = o.Value("output-delimiter")
	}
	out := c.out()
	defer out.Flush()
	return c.each(o.Args, func(_ string, r io.Reader) error {
		return c.lines(r, func(line string) error {
			if !o.Has("f") {
				var kept []rune
				for i, char := range []rune(line) {
					if in(list, i+1) {
						kept = append(kept, char)
					}
				}
				_, err := fmt.Fprintln(out, string(kept))
				return err
			}
			if !strings.Contains(line, delimiter) {
				if !o.Has("s") {
					fmt.Fprintln(out, line)
				}
				return nil
			}
			var kept []string
			for i, field := range strings.Split(line, delimiter) {
				if in(list, i+1) {
					kept = append(kept, field)
				}
			}
			_, err := fmt.Fprintln(out, strings.Join(kept, join))
			return err
		})
	})
}

func tr(c *command) int {
	o := c.parse("+d s c C")
	if o == nil {
		return 1
	}
	if len(o.Args) == 0 {
		return c.failf("usage: tr [-cds] STRING1 [STRING2]")
	}
	from := trSet(o.Args[0])
	var to []byte
	if len(o.Args) > 1 {
		to = trSet(o.Args[1])
	}
	var member [256]bool
	var replace [256]byte
	for i := range 256 {
		replace[i] = byte(i)
	}
	for i, b := range from {
		member[b] = true
		if len(to) > 0 && !o.Has("c") && !o.Has("C") {
			replace[b] = to[min(i, len(to)-1)]
		}
	}
	if o.Has("c") || o.Has("C") {
		for i := range 256 {
			member[i] = !member[i]
			if member[i] && len(to) > 0 {
				replace[i] = to[len(to)-1]
			}
		}
	}
	squeeze := member
	if len(to) > 0 {
		squeeze = [256]bool{}
		for _, b := range to {
			squeeze[b] = true
		}
	}
	buffer := make([]byte, 32<<10)
	last := -1
	for {
		n, err := c.Stdin.Read(buffer)
		kept := make([]byte, 0, n)
		for _, b := range buffer[:n] {
			if o.Has("d") && member[b] {
				continue
			}
			if !o.Has("d") {
				b = replace[b]
			}
			if o.Has("s") && squeeze[b] && last == int(b) {
				continue
			}
			last = int(b)
			kept = append(kept, b)
		}
		if _, werr := c.Stdout.Write(kept); werr != nil {
			return 1
		}
		if err != nil {
			return 0
		}
	}
}

// trSet expands "a-z", "[:upper:]" and escapes.
func trSet(word string) []byte {
	classes := map[string]func(rune) bool{"[:alpha:]": unicode.IsLetter, "[:digit:]": unicode.IsDigit, "[:upper:]": unicode.IsUpper,
		"[:lower:]": unicode.IsLower, "[:space:]": unicode.IsSpace, "[:punct:]": func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) },
		"[:alnum:]": func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }, "[:blank:]": func(r rune) bool { return r == ' ' || r == '\t' }}
	var set []byte
	for class, is := range classes {
		for strings.Contains(word, class) {
			word = strings.Replace(word, class, "", 1)
			for r := range rune(128) {
				if is(r) {
					set = append(set, byte(r))
				}
			}
		}
	}
	text, _ := unescape(word, false)
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i+1] == '-' && text[i+2] >= text[i] {
			for b := int(text[i]); b <= int(text[i+2]); b++ {
				set = append(set, byte(b))
			}
			i += 2
			continue
		}
		set = append(set, text[i])
	}
	return set
}

func nl(c *command) int {
	o := c.parse("b: w: s:")
	if o == nil {
		return 1
	}
	n := 0
	return c.each(o.Args, func(_ string, r io.Reader) error {
		return c.lines(r, func(line string) error {
			if line == "" && o.Value("b") != "a" {
				_, err := fmt.Fprintln(c.Stdout)
				return err
			}
			n++
			_, err := fmt.Fprintf(c.Stdout, "%6d\t%s\n", n, line)
			return err
		})
	})
}
