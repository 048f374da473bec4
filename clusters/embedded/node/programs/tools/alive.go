package tools

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/program"
)

// pgIsReady says whether a server takes connections: https://www.postgresql.org/docs/current/app-pg-isready.html.
func pgIsReady(ctx context.Context, p *program.Process) int {
	var host, port, seconds string
	quiet := false
	flags := flag.NewFlagSet("pg_isready", flag.ContinueOnError)
	flags.SetOutput(p.Stderr)
	for _, name := range []string{"h", "host"} {
		flags.StringVar(&host, name, variable(p, "PGHOST"), "")
	}
	for _, name := range []string{"p", "port"} {
		flags.StringVar(&port, name, cmp.Or(variable(p, "PGPORT"), "5432"), "")
	}
	for _, name := range []string{"t", "timeout"} {
		flags.StringVar(&seconds, name, "3", "")
	}
	for _, name := range []string{"q", "quiet"} {
		flags.BoolVar(&quiet, name, false, "")
	}
	for _, name := range []string{"U", "username", "d", "dbname"} {
		flags.String(name, "", "")
	}
	if flags.Parse(attached(p.Args[1:], "hptUd")) != nil {
		return 3
	}
	patience, err := strconv.Atoi(seconds)
	if err != nil || patience < 0 {
		fmt.Fprintf(p.Stderr, "pg_isready: error: invalid timeout %q\n", seconds)
		return 3
	}
	if patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(patience)*time.Second)
		defer cancel()
	}
	shown, code, answer := cmp.Or(host, "/var/run/postgresql"), 0, "accepting connections"
	if strings.HasPrefix(host, "/") { // the folder of a Unix socket
		host = ""
	}
	if _, err := speak(ctx, p, net.JoinHostPort(cmp.Or(host, "localhost"), port), []byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		code, answer = 2, "no response"
	}
	if !quiet {
		fmt.Fprintf(p.Stdout, "%s:%s - %s\n", shown, port, answer)
	}
	return code
}

// mysqladmin knows ping: https://dev.mysql.com/doc/refman/8.4/en/mysqladmin.html.
func mysqladmin(ctx context.Context, p *program.Process) int {
	host, port, what := "localhost", "3306", ""
	for words := p.Args[1:]; len(words) > 0; words = words[1:] {
		word := words[0]
		value := func(short, long string) (string, bool) {
			if word == short || word == long {
				if len(words) > 1 {
					words = words[1:]
					return words[0], true
				}
				return "", true
			}
			if rest, found := strings.CutPrefix(word, long+"="); found {
				return rest, true
			}
			rest, found := strings.CutPrefix(word, short)
			return rest, found && !strings.HasPrefix(word, "--")
		}
		if given, found := value("-h", "--host"); found {
			host = given
		} else if given, found := value("-P", "--port"); found {
			port = given
		} else if _, found := value("-u", "--user"); found {
		} else if !strings.HasPrefix(word, "-") && what == "" {
			what = word
		}
	}
	if what != "ping" {
		fmt.Fprintf(p.Stderr, "mysqladmin: the embedded engine knows ping only; use the engine kind for %q\n", what)
		return 1
	}
	if _, err := speak(ctx, p, net.JoinHostPort(host, port), nil); err != nil {
		fmt.Fprintf(p.Stderr, "mysqladmin: connect to server at '%[1]s' failed\nerror: 'Can't connect to MySQL server on '%[1]s:%[2]s' (111)'\n"+
			"Check that mysqld is running on %[1]s and that the port is %[2]s.\n", host, port)
		return 1
	}
	fmt.Fprintln(p.Stdout, "mysqld is alive")
	return 0
}

// speak connects, says something and waits for the first byte of an answer.
func speak(ctx context.Context, p *program.Process, address string, words []byte) (byte, error) {
	conn, err := p.Network.DialContext(ctx, "tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if len(words) > 0 {
		conn.Write(words)
	}
	var first [1]byte
	_, err = io.ReadFull(conn, first[:])
	return first[0], err
}

// attached takes values off the one-letter flags that they are attached to: -hdb is -h db.
func attached(words []string, letters string) []string {
	var all []string
	for _, word := range words {
		if len(word) > 2 && word[0] == '-' && word[1] != '-' && strings.IndexByte(letters, word[1]) >= 0 {
			all = append(all, word[:2], word[2:])
			continue
		}
		all = append(all, word)
	}
	return all
}

func variable(p *program.Process, name string) string {
	for i := len(p.Env) - 1; i >= 0; i-- {
		if value, found := strings.CutPrefix(p.Env[i], name+"="); found {
			return value
		}
	}
	return ""
}
