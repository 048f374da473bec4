package commands

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/files"
	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(cat, "cat")
	add(head, "head")
	add(tail, "tail")
	add(tee, "tee")
	add(wc, "wc")
	add(rev, "rev", "tac")
}

func cat(c *command) int {
	o := c.parse("n b e t v A u s")
	if o == nil {
		return 1
	}
	names := o.Args
	if len(names) == 0 {
		names = []string{"-"}
	}
	code, number := 0, 0
	for _, name := range names {
		f, err := c.open(name)
		if err != nil {
			code = c.failf("can't open '%s': %s", name, proc.Message(err))
			continue
		}
		if o.Has("n") || o.Has("b") {
			err = c.lines(f, func(line string) error {
				if o.Has("b") && line == "" {
					_, err := fmt.Fprintln(c.Stdout)
					return err
				}
				number++
				_, err := fmt.Fprintf(c.Stdout, "%6d\t%s\n", number, line)
				return err
			})
		} else {
			_, err = io.Copy(struct{ io.Writer }{c.Stdout}, f)
		}
		f.Close()
		if err != nil {
			if stopped(err) {
				return 1
			}
			code = c.failf("read error: %s", proc.Message(err))
		}
	}
	return code
}

// count reads a number such as "5", "-5", "+3" or "2k".
func count(word string) (n int64, plus bool, err error) {
	plus = strings.HasPrefix(word, "+")
	word = strings.TrimLeft(word, "+-")
	factor := int64(1)
	for suffix, f := range map[string]int64{"k": 1 << 10, "K": 1 << 10, "m": 1 << 20, "M": 1 << 20, "b": 512} {
		if rest, ok := strings.CutSuffix(word, suffix); ok {
			word, factor = rest, f
			break
		}
	}
	n, err = strconv.ParseInt(word, 10, 40)
	return n * factor, plus, err
}

// shortCount turns "-5" into "-n 5", as head and tail take it.
func shortCount(args []string) []string {
	if len(args) > 1 && len(args[1]) > 1 && (args[1][0] == '-' || args[1][0] == '+') && args[1][1] >= '0' && args[1][1] <= '9' {
		n := args[1]
		if n[0] == '-' {
			n = n[1:]
		}
		return append([]string{args[0], "-n", n}, args[2:]...)
	}
	return args
}

func head(c *command) int {
	c.Process.Args = shortCount(c.Args)
	o := c.parse("n=lines: c=bytes: q v")
	if o == nil {
		return 1
	}
	n, inBytes := int64(10), o.Has("c")
	if word := o.Value("n") + o.Value("c"); word != "" {
		var err error
		if n, _, err = count(word); err != nil {
			return c.failf("invalid number '%s'", word)
		}
	}
	first := true
	return c.each(o.Args, func(name string, r io.Reader) error {
		if len(o.Args) > 1 && !o.Has("q") || o.Has("v") {
			fmt.Fprintf(c.Stdout, "%s==> %s <==\n", map[bool]string{false: "\n"}[first], name)
		}
		first = false
		if inBytes {
			_, err := io.CopyN(struct{ io.Writer }{c.Stdout}, r, n)
			if err == io.EOF {
				err = nil
			}
			return err
		}
		if n == 0 {
			return nil
		}
		left := n
		in := bufio.NewReaderSize(r, 4096)
		for ; left > 0; left-- {
			line, err := c.readLine(in, '\n')
			if _, werr := io.WriteString(c.Stdout, line); werr != nil {
				return werr
			}
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func tail(c *command) int {
	c.Process.Args = shortCount(c.Args)
	o := c.parse("n=lines: c=bytes: f=follow F q v s: retry")
	if o == nil {
		return 1
	}
	word := o.Value("n") + o.Value("c")
	if word == "" {
		word = "10"
	}
	n, fromStart, err := count(word)
	if err != nil {
		return c.failf("invalid number '%s'", word)
	}
	names := o.Args
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	var followed []*follower
	for i, name := range names {
		f, err := c.open(name)
		if err != nil {
			code = c.failf("can't open '%s': %s", name, proc.Message(err))
			if o.Has("F") {
				followed = append(followed, &follower{name: name})
			}
			continue
		}
		if len(names) > 1 && !o.Has("q") {
			fmt.Fprintf(c.Stdout, "%s==> %s <==\n", map[bool]string{true: "\n"}[i > 0], name)
		}
		at, err := c.tailOnce(f, n, o.Has("c"), fromStart)
		if err != nil && !stopped(err) {
			code = c.failf("%s: %s", name, proc.Message(err))
		}
		f.Close()
		if name != "-" {
			followed = append(followed, &follower{name: name, at: at})
		}
	}
	if (o.Has("f") || o.Has("F")) && len(followed) > 0 {
		return c.follow(followed, len(names) > 1)
	}
	return code
}

// tailOnce prints the end of a reader and returns how many bytes there were.
func (c *command) tailOnce(r io.Reader, n int64, inBytes, fromStart bool) (int64, error) {
	var total int64
	var kept [][]byte
	var size int64
	in := bufio.NewReaderSize(r, 64<<10)
	for number := int64(1); ; number++ {
		line, err := c.readLine(in, '\n')
		total += int64(len(line))
		data := []byte(line)
		switch {
		case fromStart && inBytes:
			if skip := n - 1 - (total - int64(len(line))); skip > 0 {
				data = data[min(skip, int64(len(data))):]
			}
			c.Stdout.Write(data)
		case fromStart:
			if number >= n {
				if _, err := c.Stdout.Write(data); err != nil {
					return total, err
				}
			}
		case len(data) > 0:
			kept, size = append(kept, data), size+int64(len(data))
			for len(kept) > 0 && (!inBytes && int64(len(kept)) > n || inBytes && size-int64(len(kept[0])) >= n || size > proc.MaxMemory) {
				size -= int64(len(kept[0]))
				kept = kept[1:]
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return total, err
		}
	}
	end := bytes.Join(kept, nil)
	if inBytes && int64(len(end)) > n {
		end = end[int64(len(end))-n:]
	}
	_, err := c.Stdout.Write(end)
	return total, err
}

// follower is a file that tail -f watches. It is opened anew each time: so a file that takes its place is seen, too.
type follower struct {
	name string
	at   int64
}

func (c *command) follow(list []*follower, titles bool) int {
	last := list[len(list)-1]
	for {
		select {
		case <-c.ctx.Done():
			return proc.ExitKilled
		case <-time.After(100 * time.Millisecond):
		}
		for _, f := range list {
			info, err := proc.Stat(c.Process, f.name, true)
			if err != nil || info.Size() == f.at {
				continue
			}
			if info.Size() < f.at {
				f.at = 0
			}
			open, err := proc.Open(c.Process, f.name, os.O_RDONLY, 0)
			if err != nil {
				continue
			}
			if titles && f != last {
				fmt.Fprintf(c.Stdout, "\n==> %s <==\n", f.name)
				last = f
			}
			n, err := copyFrom(c.Stdout, open, f.at)
			open.Close()
			f.at += n
			if err != nil && stopped(err) {
				return 1
			}
		}
	}
}

func copyFrom(w io.Writer, f files.File, at int64) (int64, error) {
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	return io.Copy(struct{ io.Writer }{w}, f)
}

func tee(c *command) int {
	o := c.parse("a i")
	if o == nil {
		return 1
	}
	flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if o.Has("a") {
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	code := 0
	outs := []io.Writer{c.Stdout}
	for _, name := range o.Args {
		f, err := proc.Open(c.Process, name, flag, 0o644)
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			continue
		}
		defer f.Close()
		outs = append(outs, f)
	}
	if _, err := io.Copy(io.MultiWriter(outs...), c.Stdin); err != nil {
		if !stopped(err) {
			c.failf("%s", proc.Message(err))
		}
		return 1
	}
	return code
}

func wc(c *command) int {
	o := c.parse("l w c m L")
	if o == nil {
		return 1
	}
	all := !o.Has("l") && !o.Has("w") && !o.Has("c") && !o.Has("m")
	show := func(l, w, b, m int64, name string) {
		var columns []string
		for _, col := range []struct {
			flag string
			n    int64
		}{{"l", l}, {"w", w}, {"m", m}, {"c", b}} {
			if o.Has(col.flag) || all && col.flag != "m" {
				columns = append(columns, strconv.FormatInt(col.n, 10))
			}
		}
		line := columns[0]
		if len(columns) > 1 {
			line = ""
			for i, col := range columns {
				line += fmt.Sprintf("%s%*s", map[bool]string{true: " "}[i > 0], 9, col)
			}
		}
		if name != "-" {
			line += " " + name
		}
		fmt.Fprintln(c.Stdout, line)
	}
	var lines, words, bytes, runes int64
	code := c.each(o.Args, func(name string, r io.Reader) error {
		var l, w, b, m int64
		inWord := false
		in := bufio.NewReaderSize(r, 64<<10)
		for {
			ch, err := in.ReadByte()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			b++
			if ch&0xc0 != 0x80 {
				m++
			}
			if ch == '\n' {
				l++
			}
			space := ch == ' ' || ch >= '\t' && ch <= '\r'
			if !space && !inWord {
				w++
			}
			inWord = !space
		}
		show(l, w, b, m, name)
		lines, words, bytes, runes = lines+l, words+w, bytes+b, runes+m
		return nil
	})
	if len(o.Args) > 1 {
		show(lines, words, bytes, runes, "total")
	}
	return code
}

func rev(c *command) int {
	list, code := c.all(c.Args[1:])
	out := c.out()
	defer out.Flush()
	for i, line := range list {
		if c.name == "tac" {
			fmt.Fprintln(out, list[len(list)-1-i])
			continue
		}
		runes := []rune(line)
		for a, b := 0, len(runes)-1; a < b; a, b = a+1, b-1 {
			runes[a], runes[b] = runes[b], runes[a]
		}
		fmt.Fprintln(out, string(runes))
	}
	return code
}
