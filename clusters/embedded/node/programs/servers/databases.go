package servers

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// nothingBehind is what a database answers, in its own protocol.
const nothingBehind = "the embedded engine has no database behind this port; use the engine kind for it"

// database starts, listens and stops like one, and tells each client that there is nothing behind it.
type database struct {
	missing func(p *program.Process) string // what of the environment is not as it has to be
	begin   func(p *program.Process) error  // what it does before it listens
	takes   time.Duration                   // for that
	ready   string                          // its line when it listens; %[1]d is the port, %[2]s the time
	stop    func(got syscall.Signal, now string) string
	answer  func(conn net.Conn)
}

func (d database) program(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		if d.missing != nil {
			if words := d.missing(p); words != "" {
				fmt.Fprintln(p.Stderr, words)
				return 1
			}
		}
		keep(p, image)
		if d.begin != nil {
			if err := d.begin(p); err != nil {
				fmt.Fprintln(p.Stderr, err)
				return 1
			}
		}
		if got, stopped := d.pause(ctx, p); stopped {
			return 128 + int(got)
		} else if ctx.Err() != nil {
			return killed
		}
		listener, err := p.Network.Listen("tcp", fmt.Sprintf(":%d", image.Port))
		if err != nil {
			_, words := why(err)
			fmt.Fprintf(p.Stderr, "could not bind to port %d: %s\n", image.Port, words)
			return 1
		}
		attending := &clients{open: map[net.Conn]bool{}}
		defer attending.close(listener)
		if d.ready != "" {
			fmt.Fprintf(p.Stderr, d.ready+"\n", image.Port, stamp())
		}
		go attending.attend(listener, p, d.answer)
		got, stopped := await(ctx, p, nil, stopping)
		if !stopped {
			return killed
		}
		if d.stop != nil {
			fmt.Fprintln(p.Stderr, d.stop(got, stamp()))
		}
		return 0
	}
}

func (d database) pause(ctx context.Context, p *program.Process) (syscall.Signal, bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer time.AfterFunc(d.takes, cancel).Stop()
	if d.takes == 0 {
		return 0, false
	}
	return await(ctx, p, nil, stopping)
}

func stamp() string { return time.Now().UTC().Format("2006-01-02 15:04:05.000 MST") }

// clients are the connections of a server.
type clients struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	once sync.Once
}

func (c *clients) attend(listener net.Listener, p *program.Process, answer func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.open[conn] = true
		c.mu.Unlock()
		go func() {
			conn.SetDeadline(time.Now().Add(time.Minute))
			answer(conn)
			conn.Close()
			c.mu.Lock()
			delete(c.open, conn)
			c.mu.Unlock()
			c.once.Do(func() { fmt.Fprintf(p.Stderr, "%s: %s\n", path.Base(p.Args[0]), nothingBehind) })
		}()
	}
}

func (c *clients) close(listener net.Listener) {
	listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		conn.Close()
	}
}

func postgres(image *images.Image) program.Program {
	folder := func(p *program.Process) string { return cmp.Or(variable(p.Env, "PGDATA"), "/var/lib/postgresql/data") }
	mark := func(p *program.Process) string { return path.Join(folder(p), "PG_VERSION") }
	return database{
		missing: func(p *program.Process) string {
			if _, err := p.Files.Stat(mark(p)); err == nil || variable(p.Env, "POSTGRES_PASSWORD") != "" || variable(p.Env, "POSTGRES_HOST_AUTH_METHOD") == "trust" {
				return ""
			}
			return "Error: Database is uninitialized and superuser password is not specified.\n" +
				"       You must specify POSTGRES_PASSWORD to a non-empty value for the\n" +
				"       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".\n"
		},
		begin: func(p *program.Process) error {
			if _, err := p.Files.Stat(mark(p)); err == nil {
				fmt.Fprint(p.Stdout, "\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n")
				return nil
			}
			err := p.Files.MkdirAll(folder(p), 0o700)
			if err == nil {
				err = p.Files.WriteFile(mark(p), []byte("17\n"), 0o600)
			}
			if err != nil {
				_, words := why(err)
				return fmt.Errorf("initdb: error: could not create directory %q: %s", folder(p), words)
			}
			fmt.Fprint(p.Stdout, "The files belonging to this database system will be owned by user \"postgres\".\n\nPostgreSQL init process complete; ready for start up.\n\n")
			return nil
		},
		takes: 2 * time.Second,
		ready: "%[2]s [1] LOG:  listening on IPv4 address \"0.0.0.0\", port %[1]d\n%[2]s [1] LOG:  database system is ready to accept connections",
		stop: func(got syscall.Signal, now string) string {
			how := "fast"
			if got == syscall.SIGTERM {
				how = "smart"
			}
			return fmt.Sprintf("%[1]s [1] LOG:  received %[2]s shutdown request\n%[1]s [1] LOG:  database system is shut down", now, how)
		},
		answer: answerPostgres,
	}.program(image)
}

// answerPostgres refuses a client: https://www.postgresql.org/docs/current/protocol-flow.html.
func answerPostgres(conn net.Conn) {
	const encryption = 1234 << 16 // and more: a client asks whether it can talk in secret
	for range 3 {
		var head [8]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		length, version := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:])
		if version&^0xffff == encryption {
			conn.Write([]byte("N"))
			continue
		}
		if length < 8 || length > 10000 {
			return
		}
		io.CopyN(io.Discard, conn, int64(length-8))
		fields := "SFATAL\x00VFATAL\x00C0A000\x00M" + nothingBehind + "\x00\x00"
		conn.Write(append(binary.BigEndian.AppendUint32([]byte("E"), uint32(len(fields)+4)), fields...))
		return
	}
}

func mysql(image *images.Image) program.Program {
	return database{
		missing: func(p *program.Process) string {
			for _, name := range []string{"MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"} {
				if variable(p.Env, name) != "" {
					return ""
				}
			}
			return time.Now().UTC().Format("2006-01-02 15:04:05-07:00") + " [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n" +
				"    You need to specify one of the following as an environment variable:\n" +
				"    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD"
		},
		takes: 4 * time.Second,
		ready: "%[2]s 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. port: %[1]d (the embedded engine's).",
		stop: func(_ syscall.Signal, now string) string {
			return now + " 0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete"
		},
		answer: func(conn net.Conn) { // the server speaks first
			body := append([]byte{0xff, 0x51, 0x04}, nothingBehind...) // error 1105
			conn.Write(append([]byte{byte(len(body)), 0, 0, 0}, body...))
		},
	}.program(image)
}

func mongo(image *images.Image) program.Program {
	return database{
		takes:  time.Second,
		ready:  `{"t":{"$date":"%[2]s"},"s":"I","c":"NETWORK","id":23016,"ctx":"listener","msg":"Waiting for connections","attr":{"port":%[1]d,"ssl":"off"}}`,
		answer: answerMongo,
	}.program(image)
}

// answerMongo refuses each command: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/.
func answerMongo(conn net.Conn) {
	little := binary.LittleEndian
	for {
		var head [16]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		length, kind := little.Uint32(head[:4]), little.Uint32(head[12:])
		if length < 16 || length > 1<<20 {
			return
		}
		io.CopyN(io.Discard, conn, int64(length-16))
		document := append([]byte("\x01ok\x00"), make([]byte, 8)...) // ok: 0.0
		document = append(document, "\x02errmsg\x00"...)
		document = append(little.AppendUint32(document, uint32(len(nothingBehind)+1)), nothingBehind+"\x00"...)
		document = append(little.AppendUint32(nil, uint32(len(document)+5)), append(document, 0)...)
		answer, body := uint32(2013), append(make([]byte, 5), document...) // OP_MSG: flags, and one section of kind 0
		if kind == 2004 {                                                  // OP_QUERY, of old clients' first words
			answer, body = 1, append(append(make([]byte, 16), 1, 0, 0, 0), document...)
		}
		out := little.AppendUint32(nil, uint32(len(body)+16))
		out = little.AppendUint32(out, 1)
		out = append(out, head[4:8]...)
		conn.Write(append(little.AppendUint32(out, answer), body...))
	}
}

func memcached(image *images.Image) program.Program {
	return database{
		answer: func(conn net.Conn) {
			var word [512]byte
			for {
				n, err := conn.Read(word[:])
				if err != nil || strings.HasPrefix(string(word[:n]), "quit") {
					return
				}
				io.WriteString(conn, "SERVER_ERROR "+strings.Replace(nothingBehind, "database", "cache", 1)+"\r\n")
			}
		},
	}.program(image)
}
