package servers

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"driftlab/clusters/embedded/node/programs/resp"
)

// redisRoom is how many bytes a server keeps at most: all share the memory of one process.
const redisRoom = 64 << 20

// redisStore is the data of a server: texts and lists. Nothing in it expires.
type redisStore struct {
	mu       sync.Mutex
	settings map[string]string
	values   map[string]any // string or []string
	used     int64
}

func newRedisStore(settings map[string]string) *redisStore {
	return &redisStore{settings: settings, values: map[string]any{}}
}

func (s *redisStore) size() (keys int, used int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.values), s.used
}

// configured is CONFIG GET.
func (s *redisStore) configured(patterns []string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.settings)) {
		if slices.ContainsFunc(patterns, func(pattern string) bool { return matches(strings.ToLower(pattern), name) }) {
			found = append(found, name, s.settings[name])
		}
	}
	return found
}

// configure is CONFIG SET.
func (s *redisStore) configure(name, value string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch name {
	case "maxmemory":
		bytes, err := redisBytes(value)
		if err != nil {
			return resp.Error("ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value")
		}
		value = strconv.FormatInt(bytes, 10)
	case "maxmemory-policy":
	default:
		return resp.Error("ERR the embedded engine's Redis sets maxmemory and maxmemory-policy only; use the engine kind for more")
	}
	s.settings[name] = value
	return resp.Status("OK")
}

func matches(pattern, name string) bool {
	found, err := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return err == nil && found
}

// redisCommand is one command: how many words it takes at least and at most, its own name included; 0: any number.
type redisCommand struct {
	least, most int
	do          func(s *redisStore, words []string) any
}

var redisCommands = map[string]redisCommand{
	"PING": {1, 2, func(_ *redisStore, w []string) any {
		if len(w) == 2 {
			return w[1]
		}
		return resp.Status("PONG")
	}},
	"ECHO":     {2, 2, func(_ *redisStore, w []string) any { return w[1] }},
	"SET":      {3, 4, (*redisStore).set},
	"GET":      {2, 2, (*redisStore).get},
	"APPEND":   {3, 3, (*redisStore).append},
	"DEL":      {2, 0, (*redisStore).remove},
	"EXISTS":   {2, 0, (*redisStore).exist},
	"TYPE":     {2, 2, (*redisStore).kind},
	"KEYS":     {2, 2, (*redisStore).keys},
	"INCR":     {2, 2, func(s *redisStore, w []string) any { return s.add(w[1], "1", 1) }},
	"DECR":     {2, 2, func(s *redisStore, w []string) any { return s.add(w[1], "1", -1) }},
	"INCRBY":   {3, 3, func(s *redisStore, w []string) any { return s.add(w[1], w[2], 1) }},
	"LPUSH":    {3, 0, func(s *redisStore, w []string) any { return s.push(w[1], w[2:], true) }},
	"RPUSH":    {3, 0, func(s *redisStore, w []string) any { return s.push(w[1], w[2:], false) }},
	"LPOP":     {2, 2, func(s *redisStore, w []string) any { return s.pop(w[1], true) }},
	"RPOP":     {2, 2, func(s *redisStore, w []string) any { return s.pop(w[1], false) }},
	"LLEN":     {2, 2, (*redisStore).length},
	"LRANGE":   {4, 4, (*redisStore).slice},
	"DBSIZE":   {1, 1, func(s *redisStore, _ []string) any { return len(s.values) }},
	"FLUSHALL": {1, 2, (*redisStore).flush},
	"FLUSHDB":  {1, 2, (*redisStore).flush},
	"SELECT": {2, 2, func(_ *redisStore, w []string) any {
		if w[1] != "0" {
			return resp.Error("ERR DB index is out of range (the embedded engine's Redis has one)")
		}
		return resp.Status("OK")
	}},
}

var errRedisKind = resp.Error("WRONGTYPE Operation against a key holding the wrong kind of value")

// do carries a command out.
func (s *redisStore) do(name string, words []string) any {
	command, known := redisCommands[name]
	switch {
	case !known:
		var given strings.Builder
		for _, word := range words[1:] {
			fmt.Fprintf(&given, "'%.128s' ", word)
		}
		return resp.Error(strings.NewReplacer("\r", " ", "\n", " ").Replace(fmt.Sprintf("ERR unknown command '%.128s', with args beginning with: %s"+
			"(the embedded engine's Redis knows few commands; the engine kind knows all)", words[0], given.String())))
	case len(words) < command.least || command.most > 0 && len(words) > command.most:
		if name == "SET" && len(words) > command.most {
			return resp.Error("ERR the embedded engine's Redis keeps no times of expiry; use the engine kind for it")
		}
		return resp.Error(fmt.Sprintf("ERR wrong number of arguments for '%s' command", strings.ToLower(name)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return command.do(s, words)
}

// put replaces a value, as far as there is room.
func (s *redisStore) put(key string, value any) error {
	limit, _ := strconv.ParseInt(s.settings["maxmemory"], 10, 64)
	if limit == 0 || limit > redisRoom {
		limit = redisRoom
	}
	more := weight(key, value) - weight(key, s.values[key])
	for evict := strings.HasPrefix(s.settings["maxmemory-policy"], "allkeys-"); more > 0 && s.used+more > limit; {
		victim := ""
		for other := range s.values {
			if other != key {
				victim = other
				break
			}
		}
		if !evict || victim == "" {
			return resp.Error("OOM command not allowed when used memory > 'maxmemory'.")
		}
		s.drop(victim)
	}
	s.used += more
	s.values[key] = value
	return nil
}

func (s *redisStore) drop(key string) bool {
	value, there := s.values[key]
	if there {
		s.used -= weight(key, value)
		delete(s.values, key)
	}
	return there
}

// weight is about what a value takes.
func weight(key string, value any) int64 {
	switch v := value.(type) {
	case string:
		return int64(len(key) + len(v) + 64)
	case []string:
		sum := int64(len(key) + 64)
		for _, one := range v {
			sum += int64(len(one) + 16)
		}
		return sum
	}
	return 0
}

// stored answers with value if it could be kept.
func (s *redisStore) stored(key string, value, answer any) any {
	if err := s.put(key, value); err != nil {
		return err
	}
	return answer
}

func (s *redisStore) set(w []string) any {
	_, there := s.values[w[1]]
	switch condition := strings.ToUpper(strings.Join(w[3:], "")); {
	case condition == "NX" && there, condition == "XX" && !there:
		return nil
	case condition != "" && condition != "NX" && condition != "XX":
		return resp.Error("ERR syntax error")
	}
	return s.stored(w[1], w[2], resp.Status("OK"))
}

// text gives the text of a key; there is none, or it is something else.
func (s *redisStore) text(key string) (text string, there, wrong bool) {
	value, there := s.values[key]
	text, ok := value.(string)
	return text, there, there && !ok
}

func (s *redisStore) list(key string) (list []string, wrong bool) {
	value, there := s.values[key]
	list, ok := value.([]string)
	return list, there && !ok
}

func (s *redisStore) get(w []string) any {
	text, there, wrong := s.text(w[1])
	switch {
	case wrong:
		return errRedisKind
	case !there:
		return nil
	}
	return text
}

func (s *redisStore) append(w []string) any {
	text, _, wrong := s.text(w[1])
	if wrong {
		return errRedisKind
	}
	return s.stored(w[1], text+w[2], len(text)+len(w[2]))
}

func (s *redisStore) remove(w []string) any {
	removed := 0
	for _, key := range w[1:] {
		if s.drop(key) {
			removed++
		}
	}
	return removed
}

func (s *redisStore) exist(w []string) any {
	found := 0
	for _, key := range w[1:] {
		if _, there := s.values[key]; there {
			found++
		}
	}
	return found
}

func (s *redisStore) kind(w []string) any {
	switch s.values[w[1]].(type) {
	case string:
		return resp.Status("string")
	case []string:
		return resp.Status("list")
	}
	return resp.Status("none")
}

func (s *redisStore) keys(w []string) any {
	found := []string{}
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if matches(w[1], key) {
			found = append(found, key)
		}
	}
	return found
}

func (s *redisStore) add(key, by string, sign int64) any {
	text, there, wrong := s.text(key)
	if wrong {
		return errRedisKind
	}
	if !there {
		text = "0"
	}
	number, err := strconv.ParseInt(text, 10, 64)
	more, mistake := strconv.ParseInt(by, 10, 64)
	if err != nil || mistake != nil {
		return resp.Error("ERR value is not an integer or out of range")
	}
	number += sign * more
	return s.stored(key, strconv.FormatInt(number, 10), number)
}

func (s *redisStore) push(key string, more []string, left bool) any {
	list, wrong := s.list(key)
	if wrong {
		return errRedisKind
	}
	longer := append(slices.Clip(list), more...)
	if left {
		reversed := slices.Clone(more)
		slices.Reverse(reversed)
		longer = append(reversed, list...)
	}
	return s.stored(key, longer, len(longer))
}

func (s *redisStore) pop(key string, left bool) any {
	list, wrong := s.list(key)
	switch {
	case wrong:
		return errRedisKind
	case len(list) == 0:
		return nil
	}
	one, rest := list[len(list)-1], list[:len(list)-1]
	if left {
		one, rest = list[0], list[1:]
	}
	if s.drop(key); len(rest) > 0 {
		s.put(key, slices.Clone(rest))
	}
	return one
}

func (s *redisStore) length(w []string) any {
	list, wrong := s.list(w[1])
	if wrong {
		return errRedisKind
	}
	return len(list)
}

func (s *redisStore) slice(w []string) any {
	list, wrong := s.list(w[1])
	first, err := strconv.Atoi(w[2])
	last, mistake := strconv.Atoi(w[3])
	switch {
	case wrong:
		return errRedisKind
	case err != nil || mistake != nil:
		return resp.Error("ERR value is not an integer or out of range")
	}
	if first < 0 {
		first += len(list)
	}
	if last < 0 {
		last += len(list)
	}
	first, last = max(first, 0), min(last, len(list)-1)
	if first > last {
		return []string{}
	}
	return list[first : last+1]
}

func (s *redisStore) flush([]string) any {
	clear(s.values)
	s.used = 0
	return resp.Status("OK")
}
