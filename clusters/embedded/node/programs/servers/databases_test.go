package servers

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"driftlab/clusters/embedded/node/network"
	"driftlab/clusters/embedded/node/programs/programtest"
	"driftlab/clusters/embedded/node/programs/resp"
)

// dial connects as soon as somebody listens.
func dial(t *testing.T, cluster *network.Network, address string) net.Conn {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := cluster.DialContext(t.Context(), "10.9.9.9", "tcp", address)
		if err == nil {
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			t.Cleanup(func() { conn.Close() })
			return conn
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func TestDatabases(t *testing.T) {
	message := func(kind uint32, body string) string {
		little := binary.LittleEndian
		out := little.AppendUint32(nil, uint32(16+len(body)))
		out = little.AppendUint32(out, 77)
		out = little.AppendUint32(out, 0)
		return string(little.AppendUint32(out, kind)) + body
	}
	for _, try := range []struct {
		image, program string
		env            []string
		port           int
		ready          string
		say            []string // and what is answered first
		signal         syscall.Signal
		last           string
	}{
		{"postgres", "postgres", []string{"POSTGRES_PASSWORD=x"}, 5432, "database system is ready to accept connections",
			[]string{"\x00\x00\x00\x08\x04\xd2\x16\x2f", "N", "\x00\x00\x00\x09\x00\x03\x00\x00\x00", "E"}, syscall.SIGINT, "received fast shutdown request"},
		{"mysql", "mysqld", []string{"MYSQL_ALLOW_EMPTY_PASSWORD=yes"}, 3306, "ready for connections. port: 3306", []string{"", "\x53\x00\x00\x00\xff\x51\x04"}, syscall.SIGTERM, "Shutdown complete"},
		{"mongo", "mongod", nil, 27017, `"Waiting for connections","attr":{"port":27017`, []string{message(2013, "\x00\x00\x00\x00\x00"), message(2013, "")[:0]}, syscall.SIGTERM, ""},
		{"mongo", "mongod", nil, 27017, "Waiting", []string{message(2004, "hello"), ""}, syscall.SIGTERM, ""},
		{"memcached", "memcached", nil, 11211, "", []string{"get a\r\n", "SERVER_ERROR the embedded engine has no cache"}, syscall.SIGTERM, ""},
	} {
		t.Run(try.program, func(t *testing.T) {
			t.Parallel()
			cluster := network.New(programtest.Names{})
			image := programtest.Catalogue(t)[try.image]
			run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), programtest.Settings{Args: []string{try.program}, Env: try.env})
			run.Until(try.ready)
			conn := dial(t, cluster, fmt.Sprintf("10.0.0.1:%d", try.port))
			for turn := 0; turn < len(try.say); turn += 2 {
				io.WriteString(conn, try.say[turn])
				answer := make([]byte, len(try.say[turn+1]))
				if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != try.say[turn+1] {
					t.Errorf("%q %v", answer, err)
				}
			}
			conn.(interface{ CloseWrite() error }).CloseWrite()
			if rest, _ := io.ReadAll(conn); !strings.Contains(string(rest)+try.say[1], "embedded engine has no") {
				t.Errorf("%q", rest)
			}
			run.Until("the embedded engine has no database behind this port")
			run.Signal(try.signal)
			if code := run.Code(); code != 0 || !strings.Contains(run.Output(), try.last) {
				t.Errorf("%d:\n%s", code, run.Output())
			}
		})
	}
}

func TestDatabasesThatLackAPassword(t *testing.T) {
	for name, says := range map[string]string{"postgres": "You must specify POSTGRES_PASSWORD", "mysql": "    - MYSQL_ROOT_PASSWORD"} {
		image := programtest.Catalogue(t)[name]
		run := programtest.Start(t, network.New(programtest.Names{}), "10.0.0.1", image, Of(image), programtest.Settings{Args: []string{image.Program}})
		if code := run.Code(); code != 1 || !strings.Contains(run.Output(), says) {
			t.Errorf("%d:\n%s", code, run.Output())
		}
	}
}

func TestPostgresFindsItsFolder(t *testing.T) {
	image := programtest.Catalogue(t)["postgres"]
	cluster := network.New(programtest.Names{})
	s := programtest.Settings{Args: []string{"postgres"}, Env: []string{"POSTGRES_PASSWORD=x", "PGDATA=/data"}}
	first := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), s)
	first.Until("PostgreSQL init process complete")
	s.Env, s.Tree = s.Env[1:], first.Files // the password is in the folder
	programtest.Start(t, cluster, "10.0.0.2", image, Of(image), s).Until("Skipping initialization")
	s = programtest.Settings{Args: s.Args, Env: []string{"POSTGRES_PASSWORD=x"}, ReadOnly: true}
	refused := programtest.Start(t, cluster, "10.0.0.3", image, Of(image), s)
	if code := refused.Code(); code != 1 || !strings.Contains(refused.Output(), "Read-only file system") {
		t.Errorf("%d:\n%s", code, refused.Output())
	}
}

func TestEtcdAnswersHealthChecks(t *testing.T) {
	cluster := network.New(programtest.Names{})
	image := programtest.Catalogue(t)["registry.k8s.io/etcd"]
	run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), programtest.Settings{
		Args: strings.Fields("/usr/local/bin/etcd --data-dir /var/lib/etcd --listen-client-urls http://0.0.0.0:2379 --advertise-client-urls http://127.0.0.1:2379 --log-level debug"),
	})
	run.Until("serving client traffic")
	client, err := grpc.NewClient("passthrough:///10.0.0.1:2379", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return cluster.DialContext(ctx, "10.9.9.9", "tcp", address)
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	answer, err := healthv1.NewHealthClient(client).Check(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil || answer.Status != healthv1.HealthCheckResponse_SERVING {
		t.Error(answer, err)
	}
	if err := client.Invoke(t.Context(), "/etcdserverpb.KV/Range", &healthv1.HealthCheckRequest{}, answer); err == nil || !strings.Contains(err.Error(), "no store behind etcd's port") {
		t.Error(err)
	}
}

func TestRedis(t *testing.T) {
	cluster := network.New(programtest.Names{})
	image := programtest.Catalogue(t)["redis"]
	run := programtest.Start(t, cluster, "10.0.0.1", image, Of(image), programtest.Settings{
		Args:  []string{"redis-server", "/master/redis.conf", "--databases", "1"},
		Files: map[string]string{"/master/redis.conf": "# a comment\nmaxmemory 2mb\nmaxmemory-policy allkeys-lru\n"},
	})
	run.Until("Ready to accept connections tcp")
	conn := dial(t, cluster, "10.0.0.1:6379")
	in := bufio.NewReader(conn)
	list := func(words ...any) any { return append([]any{}, words...) }
	for _, try := range []struct {
		ask  string
		want any
	}{
		{"PING", resp.Status("PONG")}, {"ping hello", "hello"}, {"ECHO a", "a"}, {"ECHO", resp.Error("ERR wrong number of arguments for 'echo' command")},
		{"GET a", nil}, {"SET a 1", resp.Status("OK")}, {"GET a", "1"}, {"INCR a", int64(2)}, {"INCRBY a 5", int64(7)}, {"DECR a", int64(6)}, {"APPEND a 0", int64(2)},
		{"SET a 9 NX", nil}, {"SET a 9 XX", resp.Status("OK")}, {"SET a 9 YY", resp.Error("ERR syntax error")},
		{"SET a 9 EX 5", resp.Error("ERR the embedded engine's Redis keeps no times of expiry; use the engine kind for it")},
		{"RPUSH l x y", int64(2)}, {"LPUSH l b a", int64(4)}, {"LRANGE l 0 -1", list("a", "b", "x", "y")}, {"LRANGE l -2 9", list("x", "y")}, {"LRANGE l 3 1", list()},
		{"LPOP l", "a"}, {"RPOP l", "y"}, {"LLEN l", int64(2)}, {"GET l", errRedisKind}, {"LPUSH a x", errRedisKind}, {"TYPE l", resp.Status("list")}, {"TYPE none", resp.Status("none")},
		{"INCR l", errRedisKind}, {"SET t text", resp.Status("OK")}, {"INCR t", resp.Error("ERR value is not an integer or out of range")},
		{"KEYS *", list("a", "l", "t")}, {"KEYS [al]", list("a", "l")}, {"EXISTS a a none", int64(2)}, {"DBSIZE", int64(3)}, {"DEL a none", int64(1)},
		{"CONFIG GET maxmemory", list("maxmemory", "2097152")}, {"CONFIG GET maxmemory-policy", list("maxmemory-policy", "allkeys-lru")},
		{"CONFIG SET maxmemory 1mb", resp.Status("OK")}, {"CONFIG GET maxmemory", list("maxmemory", "1048576")}, {"SELECT 0", resp.Status("OK")}, {"AUTH x", nil},
		{"FLUSHALL", resp.Status("OK")}, {"DBSIZE", int64(0)}, {"HSET a b c", nil},
	} {
		if _, err := conn.Write(resp.Append(nil, strings.Fields(try.ask))); err != nil {
			t.Fatal(err)
		}
		got, err := resp.Read(in)
		wrong, refused := got.(resp.Error)
		if strings.HasPrefix(try.ask, "HSET") || strings.HasPrefix(try.ask, "AUTH") {
			if !refused || !strings.HasPrefix(string(wrong), "ERR ") {
				t.Errorf("%s: %v", try.ask, got)
			}
		} else if err != nil || !reflect.DeepEqual(got, try.want) {
			t.Errorf("%s: %#v %v, not %#v", try.ask, got, err, try.want)
		}
	}
	for number := range 40 { // 2.5 MiB into 1 MiB: old ones go
		conn.Write(resp.Append(nil, []string{"SET", fmt.Sprint(number), strings.Repeat("x", 64<<10)}))
		if got, _ := resp.Read(in); got != resp.Status("OK") {
			t.Fatal(got)
		}
	}
	conn.Write([]byte("CONFIG SET maxmemory-policy noeviction\r\n")) // and a plain line is a command, too
	resp.Read(in)
	conn.Write(resp.Append(nil, []string{"SET", "more", strings.Repeat("x", 1<<20)}))
	if got, _ := resp.Read(in); got != resp.Error("OOM command not allowed when used memory > 'maxmemory'.") {
		t.Error(got)
	}
	conn.Write([]byte("INFO\r\n"))
	if got, _ := resp.Read(in); !strings.Contains(fmt.Sprint(got), "db0:keys=") {
		t.Error(got)
	}
	conn.Write([]byte("*1\r\n$999999999\r\n"))
	if got, _ := resp.Read(in); got != resp.Error("ERR Protocol error") {
		t.Error(got)
	}
	run.Signal(syscall.SIGTERM)
	if code := run.Code(); code != 0 || !strings.Contains(run.Output(), "Redis is now ready to exit, bye bye...") {
		t.Error(code, run.Output())
	}
}

func TestRedisConfigurations(t *testing.T) {
	image := programtest.Catalogue(t)["redis"]
	for text, says := range map[string]string{"maxmemory": ">>> 'maxmemory'", "port 0": "at line 1\n>>> 'port 0'", "\nmaxmemory 2zb": "at line 2"} {
		run := programtest.Start(t, network.New(programtest.Names{}), "10.0.0.1", image, Of(image), programtest.Settings{
			Args: []string{"redis-server", "redis.conf"}, Dir: "/data", Files: map[string]string{"/data/redis.conf": text},
		})
		if code := run.Code(); code != 1 || !strings.Contains(run.Output(), says) {
			t.Errorf("%d:\n%s", code, run.Output())
		}
	}
	run := programtest.Start(t, network.New(programtest.Names{}), "10.0.0.1", image, Of(image), programtest.Settings{Args: []string{"redis-server", "/none"}})
	if code := run.Code(); code != 1 || !strings.Contains(run.Output(), "can't open config file '/none': No such file or directory") {
		t.Error(code, run.Output())
	}
}
