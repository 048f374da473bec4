package commands

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sedCommand is one command of a sed script.
type sedCommand struct {
	from, to *sedAddress
	negated  bool
	name     byte
	text     string // of a, i, c; the label of b, t
	code     int    // of q
	end      int    // of {: where its } is

	expression  *regexp.Regexp
	replacement string
	global      bool
	nth         int
	print       bool
	replacer    *strings.Replacer // of y

	active bool // is the range open?
	start  int
}

type sedAddress struct {
	line, step, plus int
	last             bool
	expression       *regexp.Regexp
}

type sedParser struct {
	text     string
	at       int
	extended bool
	quiet    bool // "#n" in the first line
	labels   map[string]int
	last     *regexp.Regexp
}

func (p *sedParser) peek() byte {
	if p.at >= len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *sedParser) skip(set string) {
	for p.at < len(p.text) && strings.IndexByte(set, p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *sedParser) parse() ([]*sedCommand, error) {
	var list []*sedCommand
	var open []int
	for {
		p.skip(" \t\n;")
		if p.at >= len(p.text) {
			break
		}
		if p.peek() == '#' {
			p.line()
			continue
		}
		cmd := &sedCommand{}
		var err error
		if cmd.from, err = p.address(); err != nil {
			return nil, err
		}
		p.skip(" \t")
		if cmd.from != nil && p.peek() == ',' {
			p.at++
			p.skip(" \t")
			if cmd.to, err = p.address(); err != nil || cmd.to == nil {
				return nil, fmt.Errorf("bad address in '%s'", p.text)
			}
		}
		p.skip(" \t")
		for p.peek() == '!' {
			cmd.negated = true
			p.at++
			p.skip(" \t")
		}
		if p.at >= len(p.text) {
			return nil, fmt.Errorf("missing command")
		}
		cmd.name = p.peek()
		p.at++
		if cmd.name == '}' {
			if len(open) == 0 {
				return nil, fmt.Errorf("unexpected '}'")
			}
			list[open[len(open)-1]].end = len(list) - 1
			open = open[:len(open)-1]
			continue
		}
		if cmd.name == '{' {
			open = append(open, len(list))
		} else if err := p.arguments(cmd, len(list)); err != nil {
			return nil, err
		}
		list = append(list, cmd)
	}
	if len(open) > 0 {
		return nil, fmt.Errorf("unmatched '{'")
	}
	return list, nil
}

func (p *sedParser) line() string {
	end := strings.IndexByte(p.text[p.at:], '\n')
	if end < 0 {
		end = len(p.text) - p.at
	}
	text := p.text[p.at : p.at+end]
	p.at += end
	return text
}

func (p *sedParser) digits() int {
	start := p.at
	for p.peek() >= '0' && p.peek() <= '9' {
		p.at++
	}
	n, _ := strconv.Atoi(p.text[start:p.at])
	return n
}

func (p *sedParser) address() (*sedAddress, error) {
	switch b := p.peek(); {
	case b == '$':
		p.at++
		return &sedAddress{last: true}, nil
	case b == '+':
		p.at++
		return &sedAddress{plus: p.digits()}, nil
	case b >= '0' && b <= '9':
		a := &sedAddress{line: p.digits()}
		if p.peek() == '~' {
			p.at++
			a.step = max(1, p.digits())
		}
		return a, nil
	case b == '/' || b == '\\':
		p.at++
		if b == '\\' {
			b = p.peek()
			p.at++
		}
		text, err := p.until(b)
		if err != nil {
			return nil, err
		}
		fold := false
		if p.peek() == 'I' {
			fold = true
			p.at++
		}
		expression, err := p.regexp(text, fold)
		return &sedAddress{expression: expression}, err
	}
	return nil, nil
}

// regexp compiles an expression; an empty one is the last one again.
func (p *sedParser) regexp(text string, fold bool) (*regexp.Regexp, error) {
	if text == "" && p.last != nil {
		return p.last, nil
	}
	expression, err := compile(text, p.extended, fold)
	if err != nil {
		return nil, fmt.Errorf("bad regex '%s': %v", text, err)
	}
	p.last = expression
	return expression, nil
}

// until reads up to a delimiter that no backslash and no bracket protects.
func (p *sedParser) until(end byte) (string, error) {
	var out strings.Builder
	for p.at < len(p.text) {
		b := p.text[p.at]
		switch {
		case b == end:
			p.at++
			return out.String(), nil
		case b == '\\' && p.at+1 < len(p.text):
			p.at++
			switch next := p.text[p.at]; {
			case next == end && end != '|':
				out.WriteByte(next)
			case next == 'n':
				out.WriteString("\n")
			default:
				out.WriteByte('\\')
				out.WriteByte(next)
			}
		case b == '[':
			if stop := bracketEnd(p.text, p.at); stop <= len(p.text) && p.text[stop-1] == ']' && !strings.Contains(p.text[p.at:stop], string(end)) {
				out.WriteString(p.text[p.at:stop])
				p.at = stop
				continue
			}
			out.WriteByte(b)
		default:
			out.WriteByte(b)
		}
		p.at++
	}
	return "", fmt.Errorf("unterminated '%c'", end)
}

func (p *sedParser) arguments(cmd *sedCommand, index int) error {
	switch cmd.name {
	case 'd', 'D', 'p', 'P', '=', 'n', 'N', 'h', 'H', 'g', 'G', 'x':
		return nil
	case 'q', 'Q':
		p.skip(" \t")
		cmd.code = p.digits()
		return nil
	case 'a', 'i', 'c':
		p.skip(" \t")
		if p.peek() == '\\' {
			p.at++
			p.skip(" \t")
			if p.peek() == '\n' {
				p.at++
			}
		}
		text := p.line()
		for strings.HasSuffix(text, `\`) && p.at < len(p.text) {
			p.at++
			text = strings.TrimSuffix(text, `\`) + "\n" + p.line()
		}
		cmd.text = text
		return nil
	case ':', 'b', 't':
		p.skip(" \t")
		end := strings.IndexAny(p.text[p.at:], "\n;}")
		if end < 0 {
			end = len(p.text) - p.at
		}
		cmd.text = strings.TrimSpace(p.text[p.at : p.at+end])
		p.at += end
		if cmd.name == ':' {
			p.labels[cmd.text] = index
		}
		return nil
	case 's':
		return p.substitution(cmd)
	case 'y':
		end := p.peek()
		p.at++
		from, err := p.until(end)
		if err != nil {
			return err
		}
		to, err := p.until(end)
		if err != nil {
			return err
		}
		a, b := []rune(from), []rune(to)
		if len(a) != len(b) {
			return fmt.Errorf("y/%s/%s/: strings of different length", from, to)
		}
		var pairs []string
		for i := range a {
			pairs = append(pairs, string(a[i]), string(b[i]))
		}
		cmd.replacer = strings.NewReplacer(pairs...)
		return nil
	}
	return fmt.Errorf("unsupported command %c", cmd.name)
}

func (p *sedParser) substitution(cmd *sedCommand) error {
	end := p.peek()
	p.at++
	pattern, err := p.until(end)
	if err != nil {
		return err
	}
	if cmd.replacement, err = p.replacement(end); err != nil {
		return err
	}
	fold := false
	for p.at < len(p.text) && strings.IndexByte(" \t\n;}", p.peek()) < 0 {
		switch b := p.peek(); {
		case b == 'g':
			cmd.global = true
		case b == 'p':
			cmd.print = true
		case b == 'i' || b == 'I':
			fold = true
		case b >= '1' && b <= '9':
			cmd.nth = p.digits()
			continue
		default:
			return fmt.Errorf("unknown option to s command: %c", b)
		}
		p.at++
	}
	cmd.expression, err = p.regexp(pattern, fold)
	return err
}

// replacement reads the right side of s, with its backslashes.
func (p *sedParser) replacement(end byte) (string, error) {
	start := p.at
	for p.at < len(p.text) && p.text[p.at] != end {
		if p.text[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	if p.at >= len(p.text) {
		return "", fmt.Errorf("unterminated 's' command")
	}
	text := strings.ReplaceAll(p.text[start:p.at], `\`+string(end), string(end))
	p.at++
	return text, nil
}

// substitute does s on a line.
func (cmd *sedCommand) substitute(line string) (string, bool) {
	var out strings.Builder
	at, n, done := 0, 0, false
	for _, m := range cmd.expression.FindAllStringSubmatchIndex(line, -1) {
		n++
		if n < cmd.nth || done && !cmd.global {
			continue
		}
		out.WriteString(line[at:m[0]])
		out.WriteString(cmd.expand(line, m))
		at, done = m[1], true
		if !cmd.global {
			break
		}
	}
	out.WriteString(line[at:])
	return out.String(), done
}

func (cmd *sedCommand) expand(line string, match []int) string {
	var out strings.Builder
	for i := 0; i < len(cmd.replacement); i++ {
		switch b := cmd.replacement[i]; {
		case b == '&':
			out.WriteString(line[match[0]:match[1]])
		case b == '\\' && i+1 < len(cmd.replacement):
			i++
			switch next := cmd.replacement[i]; {
			case next >= '0' && next <= '9':
				if g := 2 * int(next-'0'); g+1 < len(match) && match[g] >= 0 {
					out.WriteString(line[match[g]:match[g+1]])
				}
			case next == 'n':
				out.WriteByte('\n')
			case next == 't':
				out.WriteByte('\t')
			default:
				out.WriteByte(next)
			}
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}
