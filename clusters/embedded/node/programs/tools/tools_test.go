package tools

import (
	"io"
	"strings"
	"testing"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/programs/programtest"
	"driftlab/clusters/embedded/node/programs/servers"
)

func cluster(t *testing.T) *network.Network {
	t.Helper()
	n := network.New(programtest.Names{"db": "10.0.0.1"})
	for _, server := range []struct{ image, program, ip, ready string }{
		{"redis", "redis-server", "10.0.0.1", "Ready to accept"}, {"mysql", "mysqld", "10.0.0.2", "ready for connections"},
		{"postgres", "postgres", "10.0.0.3", "ready to accept"},
	} {
		image := programtest.Catalogue(t)[server.image]
		run := programtest.Start(t, n, server.ip, image, servers.Of(image), programtest.Settings{
			Args: []string{server.program}, Env: []string{"MYSQL_ROOT_PASSWORD=x", "POSTGRES_PASSWORD=x"},
		})
		defer run.Until(server.ready)
	}
	return n
}

func TestTools(t *testing.T) {
	n := cluster(t)
	for _, try := range []struct {
		words string // separated by |
		input string
		says  string
		code  int
	}{
		{words: "redis-cli|-h|db|PING", says: "PONG\n"},
		{words: "redis-cli|-h|db|SET|a|1", says: "OK\n"},
		{words: "redis-cli|-h|db|INCR|a", says: "2\n"},
		{words: "redis-cli|-h|db|--no-raw|INCR|a", says: "(integer) 3\n"},
		{words: "redis-cli|-h|db|--no-raw|GET|none", says: "(nil)\n"},
		{words: "redis-cli|-h|db|--no-raw|CONFIG|GET|maxmemory", says: "1) \"maxmemory\"\n2) \"0\"\n"},
		{words: "redis-cli|-h|db|CONFIG|GET|maxmemory", says: "maxmemory\n0\n"},
		{words: "redis-cli|-h|db|HSET|a", says: "ERR unknown command 'HSET'"},
		{words: "redis-cli|-h|db", input: "SET b \"two words\"\n\nGET b\n", says: "OK\ntwo words\n"},
		{words: "redis-cli|-h|db", input: "SET 'b\n", says: "Invalid argument(s)", code: 1},
		{words: "redis-cli|PING", says: "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n", code: 1},
		{words: "redis-cli|-h|nobody|PING", says: "Name or service not known", code: 1},
		{words: "redis-cli|--cluster", says: "use the engine kind for more", code: 1},
		{words: "mysqladmin|ping|-h|10.0.0.2|-uroot|-px", says: "mysqld is alive\n"},
		{words: "mysqladmin|--host=10.0.0.2|-P|3307|ping", says: "Can't connect to MySQL server on '10.0.0.2:3307' (111)", code: 1},
		{words: "mysqladmin|status", says: `the engine kind for "status"`, code: 1},
		{words: "pg_isready|-h|10.0.0.3|-U|postgres", says: "10.0.0.3:5432 - accepting connections\n"},
		{words: "pg_isready|-h10.0.0.3|-p5433", says: "10.0.0.3:5433 - no response\n", code: 2},
		{words: "pg_isready", says: "/var/run/postgresql:5432 - no response\n", code: 2},
		{words: "pg_isready|-q|-h|10.0.0.3"},
		{words: "perl|-Mbignum=bpi|-wle|print bpi(20)", says: "3.1415926535897932385\n"},
		{words: "perl|-Mbignum=bpi|-we|print bpi(1)", says: "3"},
		{words: "perl|-Mbignum=bpi|-wle|print bpi(2000)", says: "4780275901\n"},
		{words: "perl|-e|print 1", says: "of Perl, the embedded engine has nothing but", code: 1},
	} {
		t.Run(try.words, func(t *testing.T) {
			words := strings.Split(try.words, "|")
			run := programtest.Start(t, n, "10.1.0.1", &images.Image{}, Table[words[0]], programtest.Settings{Args: words})
			go func() { // who does not read it ends before
				io.Copy(run.Input, strings.NewReader(try.input))
				run.Input.Close()
			}()
			if code := run.Code(); code != try.code || !strings.HasPrefix(run.Output(), try.says) && !strings.Contains(run.Output(), try.says) || try.says == "" && strings.HasPrefix(words[0], "pg") && run.Output() != "" {
				t.Errorf("%d %q", code, run.Output())
			}
		})
	}
}

func TestPiIsRight(t *testing.T) {
	const known = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651"
	for _, digits := range []int{2, 10, 50, 100} {
		got := pi(digits)
		if len(got) != digits+1 || !strings.HasPrefix(known, got[:digits]) {
			t.Error(digits, got)
		}
	}
	if long := pi(2000); len(long) != 2001 || !strings.HasPrefix(long, known) || !strings.HasSuffix(long, "5739624138908658326459958133904780275901") {
		t.Error(long[1900:])
	}
}

// TestInteractive types into redis-cli as somebody at a terminal does.
func TestInteractive(t *testing.T) {
	n := cluster(t)
	run := programtest.Start(t, n, "10.1.0.1", &images.Image{}, redisCLI, programtest.Settings{Args: []string{"redis-cli", "-h", "db"}, TTY: true})
	run.Until("db:6379> ")
	for _, step := range []struct{ typed, seen string }{
		{"set a 1x\x7f\r", "OK\r\n"}, {"get a\r", "\"1\"\r\n"}, {"nonsense\r", "(error) ERR unknown command 'nonsense'"}, {"lrange l 0 1\r", "(empty array)\r\n"},
	} {
		io.WriteString(run.Input, step.typed)
		run.Until(step.seen)
	}
	io.WriteString(run.Input, "exit\r")
	if code := run.Code(); code != 0 {
		t.Error(code, run.Output())
	}
}
