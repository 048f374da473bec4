package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(nslookup, "nslookup")
	add(dig, "dig", "host", "getent")
	add(nc, "nc", "netcat", "ncat")
	add(ping, "ping", "ping6", "traceroute")
	add(func(c *command) int {
		return c.failf("not supported by the embedded engine: \"nc\" speaks with a port; the engine kind has the real one")
	}, "telnet", "ssh", "openssl", "ftp")
}

// resolver is where the container's /etc/resolv.conf sends questions.
func (c *command) resolver() (server string, search []string) {
	server = "10.96.0.10"
	data, err := c.Files.ReadFile("/etc/resolv.conf")
	if err != nil {
		return server, nil
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		switch fields := strings.Fields(line); {
		case len(fields) > 1 && fields[0] == "nameserver":
			server = fields[1]
		case len(fields) > 1 && fields[0] == "search":
			search = fields[1:]
		}
	}
	return server, search
}

// question resolves a name, and says under which full name it was found.
func (c *command) question(name string, searched bool) (full string, addresses []string, err error) {
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Second)
	defer cancel()
	_, search := c.resolver()
	if searched && !strings.HasSuffix(name, ".") {
		for _, domain := range search {
			if addresses, err := c.Network.LookupHost(ctx, name+"."+domain+"."); err == nil && len(addresses) > 0 {
				return name + "." + domain, addresses, nil
			}
		}
	}
	addresses, err = c.Network.LookupHost(ctx, name)
	return strings.TrimSuffix(name, "."), addresses, err
}

func nslookup(c *command) int {
	var names []string
	for _, arg := range c.Args[1:] {
		if !strings.HasPrefix(arg, "-") {
			names = append(names, arg)
		}
	}
	if len(names) == 0 {
		return c.failf("usage: nslookup HOST [SERVER]")
	}
	server, _ := c.resolver()
	if len(names) > 1 {
		server = names[1]
	}
	fmt.Fprintf(c.Stdout, "Server:\t\t%s\nAddress:\t%s:53\n\n", server, server)
	full, addresses, err := c.question(names[0], true)
	if err != nil || len(addresses) == 0 {
		if timedOut(err) && !notFound(err) {
			fmt.Fprintln(c.Stdout, ";; connection timed out; no servers could be reached")
		} else {
			fmt.Fprintf(c.Stdout, "** server can't find %s: NXDOMAIN\n", names[0])
		}
		fmt.Fprintln(c.Stdout)
		return 1
	}
	for _, address := range addresses {
		fmt.Fprintf(c.Stdout, "Name:\t%s\nAddress: %s\n", full, address)
	}
	fmt.Fprintln(c.Stdout)
	return 0
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// dig stands for the tools that print addresses: dig +short, host, getent hosts.
func dig(c *command) int {
	name, short, searched := "", false, c.name != "dig"
	for _, arg := range c.Args[1:] {
		switch {
		case arg == "+short":
			short = true
		case arg == "+search":
			searched = true
		case strings.HasPrefix(arg, "@"), strings.HasPrefix(arg, "+"), strings.HasPrefix(arg, "-"), arg == "A", arg == "hosts", arg == "IN":
		case arg == strings.ToUpper(arg) && strings.ToLower(arg) != arg && !strings.Contains(arg, "."):
			return c.failf("%s: the embedded engine answers questions for addresses only; the engine kind answers others", arg)
		default:
			name = arg
		}
	}
	if name == "" {
		return c.failf("usage: %s NAME", c.name)
	}
	full, addresses, err := c.question(name, searched)
	missing := err != nil || len(addresses) == 0
	switch {
	case c.name == "host" && missing:
		fmt.Fprintf(c.Stdout, "Host %s not found: 3(NXDOMAIN)\n", name)
		return 1
	case c.name == "getent" && missing:
		return 2
	case missing && !short:
		fmt.Fprintf(c.Stdout, ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN\n\n;; QUESTION SECTION:\n;%s.\t\tIN\tA\n", full)
	}
	if !missing && c.name == "dig" && !short {
		fmt.Fprintf(c.Stdout, ";; ->>HEADER<<- opcode: QUERY, status: NOERROR\n\n;; QUESTION SECTION:\n;%s.\t\tIN\tA\n\n;; ANSWER SECTION:\n", full)
	}
	for _, address := range addresses {
		switch {
		case c.name == "host":
			fmt.Fprintf(c.Stdout, "%s has address %s\n", full, address)
		case c.name == "getent":
			fmt.Fprintf(c.Stdout, "%-15s   %s\n", address, full)
		case short:
			fmt.Fprintln(c.Stdout, address)
		default:
			fmt.Fprintf(c.Stdout, "%s.\t30\tIN\tA\t%s\n", full, address)
		}
	}
	return 0
}

func nc(c *command) int {
	o := c.parse("z v w: l p: k n q: N 4 i: s: u e:")
	if o == nil {
		return 1
	}
	if o.Has("u") || o.Has("e") {
		return c.unable("nc of the embedded engine speaks TCP only, and starts no programs")
	}
	if o.Has("l") {
		port := o.Value("p")
		if port == "" && len(o.Args) > 0 {
			port = o.Args[len(o.Args)-1]
		}
		return c.listen(port, o.Has("k"), o.Has("v"))
	}
	if len(o.Args) < 2 {
		return c.failf("usage: nc [-zv] [-w SEC] HOST PORT")
	}
	host, port := o.Args[0], o.Args[1]
	ctx := c.ctx
	limit, limited := duration(o.Value("w"))
	if limited && limit > 0 {
		timed, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		ctx = timed
	}
	addresses, err := c.lookupHost(ctx, host)
	if err != nil {
		return c.failf("bad address '%s'", host)
	}
	conn, err := c.Network.DialContext(ctx, "tcp", net.JoinHostPort(addresses[0], port))
	if err != nil {
		if timedOut(err) {
			return c.failf("%s (%s:%s): Connection timed out", host, addresses[0], port)
		}
		return c.failf("%s (%s:%s): %s", host, addresses[0], port, proc.Message(err))
	}
	defer conn.Close()
	if o.Has("v") {
		fmt.Fprintf(c.Stderr, "%s (%s:%s) open\n", host, addresses[0], port)
	}
	if o.Has("z") {
		return 0
	}
	return c.exchange(conn, limit)
}

// listen takes one connection after the other, or one alone.
func (c *command) listen(port string, more, verbose bool) int {
	listener, err := c.Network.Listen("tcp", ":"+port)
	if err != nil {
		return c.failf("bind: %s", proc.Message(err))
	}
	defer listener.Close()
	defer context.AfterFunc(c.ctx, func() { listener.Close() })()
	if verbose {
		fmt.Fprintf(c.Stderr, "listening on 0.0.0.0:%s ...\n", port)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return 1
		}
		if verbose {
			fmt.Fprintf(c.Stderr, "connect to %s from %s\n", conn.LocalAddr(), conn.RemoteAddr())
		}
		code := c.exchange(conn, 0)
		conn.Close()
		if !more {
			return code
		}
	}
}

// exchange copies both ways until the other side ends. idle bounds how long nothing may come; 0: for ever.
func (c *command) exchange(conn net.Conn, idle time.Duration) int {
	defer context.AfterFunc(c.ctx, func() { conn.Close() })()
	go func() {
		io.Copy(conn, c.Stdin)
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	}()
	buffer := make([]byte, 32<<10)
	for {
		if idle > 0 {
			conn.SetReadDeadline(time.Now().Add(idle))
		}
		n, err := conn.Read(buffer)
		if _, werr := c.Stdout.Write(buffer[:n]); werr != nil {
			return 1
		}
		if err == nil {
			continue
		}
		if c.ctx.Err() != nil {
			return proc.ExitKilled
		}
		if err == io.EOF || timedOut(err) || errors.Is(err, io.ErrClosedPipe) {
			return 0
		}
		return c.failf("%s", proc.Message(err))
	}
}

func ping(c *command) int {
	return c.failf("permission denied: the embedded engine's network has no ICMP; \"nc -zv HOST PORT\" tells whether a port answers; the engine kind has ICMP")
}
