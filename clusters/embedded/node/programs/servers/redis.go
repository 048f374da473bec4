package servers

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
	"driftlab/clusters/embedded/node/programs/resp"
)

// redisRun is one run of redis-server. It keeps its data in memory, and nothing on disk.
type redisRun struct {
	p        *program.Process
	settings map[string]string
	store    *redisStore

	mu      sync.Mutex
	clients map[net.Conn]bool
}

func redis(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		r := &redisRun{p: p, clients: map[net.Conn]bool{}, settings: map[string]string{
			"maxmemory": "0", "maxmemory-policy": "noeviction", "appendonly": "no", "save": "3600 1 300 100 60 10000", "dir": p.Dir,
			"port": strconv.Itoa(image.Port), "bind": "* -::*", "requirepass": "", "databases": "1",
		}}
		r.say('C', '*', "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
		if err := r.configure(p.Args[1:]); err != nil {
			fmt.Fprintf(p.Stderr, "\n*** FATAL CONFIG FILE ERROR (Redis, of the embedded engine) ***\n%v\n", err)
			return 1
		}
		r.store = newRedisStore(r.settings)
		listener, err := p.Network.Listen("tcp", ":"+r.settings["port"])
		if err != nil {
			_, words := why(err)
			r.say('M', '#', "Warning: Could not create server TCP listening socket *:%s: bind: %s", r.settings["port"], words)
			r.say('M', '#', "Failed listening on port %s (tcp), aborting.", r.settings["port"])
			return 1
		}
		defer r.close(listener)
		keep(p, image)
		r.say('M', '*', "Running mode=standalone, port=%s.", r.settings["port"])
		r.say('M', '*', "Server initialized")
		if r.settings["appendonly"] == "yes" {
			r.say('M', '#', "The embedded engine's Redis keeps nothing on disk: appendonly has no effect; use the engine kind for it")
		}
		r.say('M', '*', "Ready to accept connections tcp")
		go r.accept(listener)
		got, stopped := await(ctx, p, nil, stopping)
		if !stopped {
			return killed
		}
		name := map[syscall.Signal]string{syscall.SIGTERM: "SIGTERM", syscall.SIGINT: "SIGINT"}[got]
		r.say('S', ' ', "Received %s scheduling shutdown...", name)
		r.say('M', '*', "User requested shutdown...")
		r.say('M', '#', "Redis is now ready to exit, bye bye...")
		return 0
	}
}

// say writes a line as Redis does: the role, and how grave it is.
func (r *redisRun) say(role, level byte, format string, values ...any) {
	fmt.Fprintf(r.p.Stdout, "%d:%c %s %c %s\n", r.p.PID, role, time.Now().UTC().Format("02 Jan 2006 15:04:05.000"), level, fmt.Sprintf(format, values...))
}

// configure reads the file and the options of the command line.
func (r *redisRun) configure(words []string) error {
	var text string
	if len(words) > 0 && !strings.HasPrefix(words[0], "--") {
		data, err := r.p.Files.ReadFile(absolute(r.p, words[0]))
		if err != nil {
			_, reason := why(err)
			return fmt.Errorf("Fatal error, can't open config file '%s': %s", words[0], reason)
		}
		text, words = string(data)+"\n", words[1:]
	}
	for _, word := range words {
		if option, begins := strings.CutPrefix(word, "--"); begins {
			text += "\n" + option
		} else {
			text += " " + strconv.Quote(word)
		}
	}
	for number, line := range strings.Split(text, "\n") {
		parts := strings.Fields(line)
		if len(parts) == 0 || strings.HasPrefix(parts[0], "#") {
			continue
		}
		name, value := strings.ToLower(parts[0]), strings.Trim(strings.Join(parts[1:], " "), `"`)
		wrong := len(parts) == 1
		switch name {
		case "maxmemory":
			bytes, err := redisBytes(value)
			wrong, value = wrong || err != nil, strconv.FormatInt(bytes, 10)
		case "port":
			port, err := strconv.Atoi(value)
			wrong = wrong || err != nil || port < 1 || port > 65535
		}
		if wrong {
			return fmt.Errorf("Reading the configuration file, at line %d\n>>> '%s'\nwrong number of arguments or invalid value", number+1, strings.TrimSpace(line))
		}
		r.settings[name] = value
	}
	return nil
}

// redisBytes reads sizes such as 2mb.
func redisBytes(text string) (int64, error) {
	text = strings.ToLower(text)
	for _, unit := range []struct {
		suffix string
		factor int64
	}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"b", 1}, {"", 1}} {
		if rest, found := strings.CutSuffix(text, unit.suffix); found {
			number, err := strconv.ParseInt(rest, 10, 32)
			if err == nil && number < 0 {
				err = errors.New("negative")
			}
			return number * unit.factor, err
		}
	}
	return 0, nil
}

func (r *redisRun) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.clients[conn] = true
		r.mu.Unlock()
		go r.attend(conn)
	}
}

func (r *redisRun) close(listener net.Listener) {
	listener.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for conn := range r.clients {
		conn.Close()
	}
}

// attend answers one client until it leaves.
func (r *redisRun) attend(conn net.Conn) {
	defer func() {
		conn.Close()
		r.mu.Lock()
		delete(r.clients, conn)
		r.mu.Unlock()
	}()
	known := r.settings["requirepass"] == ""
	for in := bufio.NewReader(conn); ; {
		words, err := resp.Command(in)
		if errors.Is(err, resp.ErrProtocol) {
			conn.Write(resp.Append(nil, resp.Error("ERR Protocol error")))
		}
		if err != nil {
			return
		}
		if len(words) == 0 {
			continue
		}
		name := strings.ToUpper(words[0])
		var answer any
		switch {
		case name == "QUIT":
			conn.Write(resp.Append(nil, resp.Status("OK")))
			return
		case name == "AUTH":
			answer, known = r.authenticate(words[1:], known)
		case !known:
			answer = resp.Error("NOAUTH Authentication required.")
		case name == "INFO":
			answer = r.info()
		case name == "CONFIG":
			answer = r.config(words[1:])
		default:
			answer = r.store.do(name, words)
		}
		if _, err := conn.Write(resp.Append(nil, answer)); err != nil {
			return
		}
	}
}

func (r *redisRun) authenticate(words []string, known bool) (any, bool) {
	switch password := r.settings["requirepass"]; {
	case len(words) == 0 || len(words) > 2:
		return resp.Error("ERR wrong number of arguments for 'auth' command"), known
	case password == "":
		return resp.Error("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"), known
	case words[len(words)-1] != password:
		return resp.Error("WRONGPASS invalid username-password pair or user is disabled."), known
	}
	return resp.Status("OK"), true
}

func (r *redisRun) config(words []string) any {
	switch {
	case len(words) >= 2 && strings.EqualFold(words[0], "GET"):
		return r.store.configured(words[1:])
	case len(words) == 3 && strings.EqualFold(words[0], "SET"):
		return r.store.configure(strings.ToLower(words[1]), words[2])
	}
	return resp.Error("ERR the embedded engine's Redis knows CONFIG GET and CONFIG SET; use the engine kind for more")
}

func (r *redisRun) info() string {
	r.mu.Lock()
	clients := len(r.clients)
	r.mu.Unlock()
	keys, used := r.store.size()
	text := fmt.Sprintf("# Server\r\nredis_mode:standalone\r\nprocess_id:%d\r\ntcp_port:%s\r\n\r\n# Clients\r\nconnected_clients:%d\r\n\r\n"+
		"# Memory\r\nused_memory:%d\r\nmaxmemory:%s\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n",
		r.p.PID, r.settings["port"], clients, used, r.settings["maxmemory"])
	if keys > 0 {
		text += fmt.Sprintf("db0:keys=%d,expires=0,avg_ttl=0\r\n", keys)
	}
	return text
}

// absolute makes a name absolute in the working directory.
func absolute(p *program.Process, name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return strings.TrimSuffix(cmp.Or(p.Dir, "/"), "/") + "/" + name
}
