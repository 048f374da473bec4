package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(sed, "sed") }

// sedRun is the state of sed while it works.
type sedRun struct {
	c       *command
	script  []*sedCommand
	labels  map[string]int
	quiet   bool
	in      *bufio.Reader
	next    string // the line read ahead, to know the last one
	hasNext bool
	out     *bufio.Writer

	number      int
	space, hold string
	appended    []string
	quit        bool
	code        int
}

func sed(c *command) int {
	o := c.parse("n e: f: E=regexp-extended r i s z u")
	// "-i.bak" attaches a suffix, which grouped flags would take for flags.
	if o == nil {
		return 1
	}
	args := o.Args
	var scripts []string
	scripts = append(scripts, o.All("e")...)
	for _, name := range o.All("f") {
		data, err := proc.ReadFile(c.Process, name)
		if err != nil {
			return c.failf("%s: %s", name, proc.Message(err))
		}
		scripts = append(scripts, strings.TrimSuffix(string(data), "\n"))
	}
	if len(scripts) == 0 {
		if len(args) == 0 {
			return c.failf("usage: sed [-i] [-nrE] [-e CMD]... [FILE]...")
		}
		scripts, args = args[:1], args[1:]
	}
	parser := &sedParser{text: strings.Join(scripts, "\n"), extended: o.Has("E") || o.Has("r"), labels: map[string]int{}}
	script, err := parser.parse()
	if err != nil {
		return c.failf("%v", err)
	}
	fresh := func(in io.Reader, out io.Writer) *sedRun {
		for _, cmd := range script {
			cmd.active = false
		}
		return &sedRun{c: c, script: script, labels: parser.labels, quiet: o.Has("n") || parser.quiet, in: bufio.NewReader(in), out: bufio.NewWriter(out)}
	}
	if o.Has("i") {
		code := 0
		for _, name := range args {
			data, err := proc.ReadFile(c.Process, name)
			if err != nil {
				code = c.failf("%s: %s", name, proc.Message(err))
				continue
			}
			var out strings.Builder
			run := fresh(strings.NewReader(string(data)), &out)
			if err := run.run(); err != nil {
				return c.failf("%s: %s", name, proc.Message(err))
			}
			if err := c.Files.WriteFile(c.abs(name), []byte(out.String()), 0o644); err != nil {
				code = c.failf("%s: %s", name, proc.Message(err))
			}
		}
		return code
	}
	if len(args) == 0 {
		args = []string{"-"}
	}
	var readers []io.Reader
	code := 0
	for _, name := range args {
		f, err := c.open(name)
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			continue
		}
		defer f.Close()
		readers = append(readers, f)
	}
	run := fresh(io.MultiReader(readers...), c.Stdout)
	if err := run.run(); err != nil && !stopped(err) {
		return c.failf("%s", proc.Message(err))
	}
	return max(code, run.code)
}

// readNext reads a line ahead.
func (s *sedRun) readNext() error {
	line, err := s.c.readLine(s.in, '\n')
	s.hasNext = line != "" || err == nil
	s.next = strings.TrimSuffix(line, "\n")
	if err == io.EOF {
		return nil
	}
	return err
}

func (s *sedRun) run() error {
	if err := s.readNext(); err != nil {
		return err
	}
	for s.hasNext && !s.quit {
		s.space = s.next
		s.number++
		if err := s.readNext(); err != nil {
			return err
		}
		deleted, err := s.cycle()
		if err != nil {
			return err
		}
		if !deleted && !s.quiet {
			s.print(s.space)
		}
		if err := s.endCycle(); err != nil {
			return err
		}
	}
	return s.out.Flush()
}

func (s *sedRun) print(line string) { s.out.WriteString(line + "\n") }

func (s *sedRun) endCycle() error {
	for _, text := range s.appended {
		s.print(text)
	}
	s.appended = nil
	if err := s.c.ctx.Err(); err != nil {
		return err
	}
	if s.in.Buffered() == 0 { // whoever reads waits for what is there
		return s.out.Flush()
	}
	return nil
}

func (s *sedRun) selected(cmd *sedCommand) bool {
	match := func(a *sedAddress) bool {
		switch {
		case a.last:
			return !s.hasNext
		case a.expression != nil:
			return a.expression.MatchString(s.space)
		case a.step > 0:
			return s.number >= a.line && (s.number-a.line)%a.step == 0
		}
		return s.number == a.line
	}
	switch {
	case cmd.from == nil:
		return true
	case cmd.to == nil:
		return match(cmd.from)
	case cmd.active:
		if cmd.to.plus > 0 && s.number >= cmd.start+cmd.to.plus || cmd.to.plus == 0 && (match(cmd.to) || cmd.to.expression == nil && !cmd.to.last && s.number > cmd.to.line) {
			cmd.active = false
			return cmd.to.expression != nil || cmd.to.last || cmd.to.plus > 0 || s.number <= cmd.to.line
		}
		return true
	case match(cmd.from):
		cmd.start = s.number
		cmd.active = cmd.to.plus > 0 || cmd.to.expression != nil || cmd.to.last && s.hasNext || cmd.to.line > s.number
		return true
	}
	return false
}

// cycle runs the script on the line in the pattern space. deleted is true if the line is not to be printed.
func (s *sedRun) cycle() (deleted bool, err error) {
	replaced := false
	for steps, i := 0, 0; i < len(s.script); i, steps = i+1, steps+1 {
		if steps%1000 == 999 && s.c.ctx.Err() != nil {
			return false, s.c.ctx.Err()
		}
		if len(s.space)+len(s.hold) > proc.MaxMemory {
			return false, errors.New("out of memory")
		}
		cmd := s.script[i]
		if s.selected(cmd) == cmd.negated {
			if cmd.name == '{' {
				i = cmd.end
			}
			continue
		}
		switch cmd.name {
		case 'd':
			return true, nil
		case 'D':
			if _, rest, ok := strings.Cut(s.space, "\n"); ok {
				s.space, i = rest, -1
				continue
			}
			return true, nil
		case 'p':
			s.print(s.space)
		case 'P':
			first, _, _ := strings.Cut(s.space, "\n")
			s.print(first)
		case '=':
			s.print(fmt.Sprint(s.number))
		case 'q', 'Q':
			s.quit, s.code = true, cmd.code
			return cmd.name == 'Q', nil
		case 'a':
			s.appended = append(s.appended, cmd.text)
		case 'i':
			s.print(cmd.text)
		case 'c':
			if cmd.to == nil || !cmd.active {
				s.print(cmd.text)
			}
			return true, nil
		case 'y':
			s.space = cmd.replacer.Replace(s.space)
		case 's':
			var did bool
			if s.space, did = cmd.substitute(s.space); did {
				replaced = true
				if cmd.print {
					s.print(s.space)
				}
			}
		case 'n', 'N':
			if !s.hasNext {
				return cmd.name == 'n' && s.quiet, nil
			}
			if cmd.name == 'n' {
				if !s.quiet {
					s.print(s.space)
				}
				s.space = s.next
			} else {
				s.space += "\n" + s.next
			}
			s.number++
			if err := s.readNext(); err != nil {
				return false, err
			}
		case 'h':
			s.hold = s.space
		case 'H':
			s.hold += "\n" + s.space
		case 'g':
			s.space = s.hold
		case 'G':
			s.space += "\n" + s.hold
		case 'x':
			s.space, s.hold = s.hold, s.space
		case 'b', 't':
			if cmd.name == 't' && !replaced {
				continue
			}
			replaced = false
			if cmd.text == "" {
				return false, nil
			}
			to, ok := s.labels[cmd.text]
			if !ok {
				return false, fmt.Errorf("can't find label for jump to '%s'", cmd.text)
			}
			i = to
		}
	}
	return false, nil
}
