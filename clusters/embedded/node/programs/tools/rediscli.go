package tools

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"

	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/programs/resp"
)

// redisClient is one run of redis-cli: https://redis.io/docs/latest/develop/tools/cli/.
type redisClient struct {
	p          *program.Process
	host, port string
	password   string
	raw        bool

	conn net.Conn
	in   *bufio.Reader
}

func redisCLI(ctx context.Context, p *program.Process) int {
	c := &redisClient{p: p, host: "127.0.0.1", port: "6379", password: variable(p, "REDISCLI_AUTH"), raw: !p.TTY}
	words := p.Args[1:]
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		option := words[0]
		words = words[1:]
		value := map[string]*string{"-h": &c.host, "-p": &c.port, "-a": &c.password, "--pass": &c.password, "-n": new(string), "--user": new(string)}[option]
		switch {
		case value != nil && len(words) > 0:
			*value, words = words[0], words[1:]
		case option == "--raw":
			c.raw = true
		case option == "--no-raw":
			c.raw = false
		case option == "--no-auth-warning":
		default:
			fmt.Fprintf(p.Stderr, "redis-cli: the embedded engine's knows -h, -p, -a, --raw and commands, not %s; use the engine kind for more\n", option)
			return 1
		}
	}
	done := make(chan int, 1)
	go func() {
		switch {
		case len(words) > 0:
			done <- c.once(ctx, words)
		case p.TTY:
			done <- c.interact(ctx)
		default:
			done <- c.lines(ctx)
		}
	}()
	select {
	case code := <-done:
		return code
	case <-ctx.Done(): // who reads from a terminal does not notice
		return 128 + int(syscall.SIGKILL)
	}
}

func (c *redisClient) address() string { return net.JoinHostPort(c.host, c.port) }

// connect connects, if need be.
func (c *redisClient) connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.p.Network.DialContext(ctx, "tcp", c.address())
	if err != nil {
		return fmt.Errorf("Could not connect to Redis at %s: %s", c.address(), reason(err))
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	c.conn, c.in = conn, bufio.NewReader(conn)
	if c.password == "" {
		return nil
	}
	if answer, err := c.ask([]string{"AUTH", c.password}); err != nil {
		return err
	} else if wrong, refused := answer.(resp.Error); refused {
		fmt.Fprintf(c.p.Stderr, "AUTH failed: %s\n", wrong)
	}
	return nil
}

func (c *redisClient) ask(words []string) (any, error) {
	_, err := c.conn.Write(resp.Append(nil, words))
	if err == nil {
		var answer any
		if answer, err = resp.Read(c.in); err == nil {
			return answer, nil
		}
	}
	c.conn.Close()
	c.conn = nil
	return nil, errors.New("Error: Server closed the connection")
}

func (c *redisClient) close() {
	if c.conn != nil {
		c.conn.Close()
	}
}

// once carries one command out. An error of the server's is no failure of the client's, as in redis-cli.
func (c *redisClient) once(ctx context.Context, words []string) int {
	defer c.close()
	err := c.connect(ctx)
	var answer any
	if err == nil {
		answer, err = c.ask(words)
	}
	if err != nil {
		fmt.Fprintln(c.p.Stderr, err)
		return 1
	}
	fmt.Fprintln(c.p.Stdout, c.show(answer, ""))
	return 0
}

// lines carries out what comes on standard input.
func (c *redisClient) lines(ctx context.Context) int {
	defer c.close()
	for in := bufio.NewScanner(c.p.Stdin); in.Scan(); {
		words, err := split(in.Text())
		if err == nil && len(words) == 0 {
			continue
		}
		var answer any
		if err == nil {
			err = c.connect(ctx)
		}
		if err == nil {
			answer, err = c.ask(words)
		}
		if err != nil {
			fmt.Fprintln(c.p.Stderr, err)
			return 1
		}
		fmt.Fprintln(c.p.Stdout, c.show(answer, ""))
	}
	return 0
}

// interact talks with somebody at a terminal.
func (c *redisClient) interact(ctx context.Context) int {
	defer c.close()
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{c.p.Stdin, c.p.Stdout}, "")
	if c.p.Size != nil {
		go func() {
			for {
				select {
				case size, open := <-c.p.Size:
					if !open {
						return
					}
					terminal.SetSize(int(size.Width), int(size.Height))
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	if err := c.connect(ctx); err != nil {
		fmt.Fprintln(terminal, err)
	}
	for {
		prompt := "not connected> "
		if c.conn != nil {
			prompt = c.address() + "> "
		}
		terminal.SetPrompt(prompt)
		line, err := terminal.ReadLine()
		if err != nil {
			return 0
		}
		words, err := split(line)
		switch {
		case err == nil && len(words) == 0:
			continue
		case err == nil && (strings.EqualFold(words[0], "quit") || strings.EqualFold(words[0], "exit")):
			return 0
		case err == nil:
			err = c.connect(ctx)
		}
		var answer any
		if err == nil {
			answer, err = c.ask(words)
		}
		if err != nil {
			fmt.Fprintln(terminal, err)
			continue
		}
		fmt.Fprintln(terminal, c.show(answer, ""))
	}
}

// show writes an answer as redis-cli does for people, or plainly.
func (c *redisClient) show(answer any, indent string) string {
	switch v := answer.(type) {
	case []any:
		var lines []string
		for number, one := range v {
			if c.raw {
				lines = append(lines, c.show(one, ""))
				continue
			}
			label := fmt.Sprintf("%*d) ", len(strconv.Itoa(len(v))), number+1)
			before := label
			if number > 0 {
				before = indent + label
			}
			lines = append(lines, before+c.show(one, indent+strings.Repeat(" ", len(label))))
		}
		if len(v) == 0 && !c.raw {
			return "(empty array)"
		}
		return strings.Join(lines, "\n")
	case nil:
		if c.raw {
			return ""
		}
		return "(nil)"
	case resp.Error:
		if c.raw {
			return string(v) + "\n"
		}
		return "(error) " + string(v)
	case resp.Status:
		return string(v)
	case int64:
		if c.raw {
			return strconv.FormatInt(v, 10)
		}
		return fmt.Sprintf("(integer) %d", v)
	}
	text := fmt.Sprint(answer)
	if c.raw || strings.HasPrefix(text, "# Server") {
		return strings.TrimSuffix(text, "\r\n")
	}
	return strconv.Quote(text)
}

// split cuts a line into words; quotes hold words together.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	begun, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		letter := line[i]
		switch {
		case quote != 0 && letter == '\\' && i+1 < len(line):
			i++
			word.WriteByte(cmp.Or(map[byte]byte{'n': '\n', 't': '\t', 'r': '\r'}[line[i]], line[i]))
		case quote != 0 && letter == quote:
			quote = 0
		case quote == 0 && (letter == '"' || letter == '\''):
			begun, quote = true, letter
		case quote == 0 && (letter == ' ' || letter == '\t' || letter == '\r'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			begun = true
			word.WriteByte(letter)
		}
	}
	if quote != 0 {
		return nil, errors.New("Invalid argument(s)")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// reason is why a connection fails, in the words of a C library.
func reason(err error) string {
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return "Name or service not known"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "No route to host"
	}
	return err.Error()
}
