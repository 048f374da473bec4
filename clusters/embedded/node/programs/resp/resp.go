// Package resp is the protocol of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec/, version 2.
package resp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// longest is how many bytes one text may have, and how many parts one command.
const (
	longest = 8 << 20
	most    = 1 << 16
)

// Error is an error that a server answers, with its kind: "ERR unknown command".
type Error string

func (e Error) Error() string { return string(e) }

// Status is a short answer: OK, PONG.
type Status string

// ErrProtocol: what came is no RESP.
var ErrProtocol = errors.New("Protocol error")

// Command reads what a client asks for: an array of texts, or a plain line.
func Command(r *bufio.Reader) ([]string, error) {
	first, err := r.Peek(1)
	if err != nil {
		return nil, err
	}
	if first[0] != '*' {
		text, err := line(r)
		return strings.Fields(text), err
	}
	value, err := Read(r)
	if err != nil {
		return nil, err
	}
	list, _ := value.([]any)
	var words []string
	for _, one := range list {
		word, ok := one.(string)
		if !ok {
			return nil, ErrProtocol
		}
		words = append(words, word)
	}
	return words, nil
}

// Read reads one value: nil, a string, an int64, a Status, an Error or a []any of them.
func Read(r *bufio.Reader) (any, error) { return read(r, 0) }

func read(r *bufio.Reader, depth int) (any, error) {
	text, err := line(r)
	if err != nil {
		return nil, err
	}
	if text == "" || depth > 8 {
		return nil, ErrProtocol
	}
	kind, rest := text[0], text[1:]
	switch kind {
	case '+':
		return Status(rest), nil
	case '-':
		return Error(rest), nil
	}
	number, err := strconv.ParseInt(rest, 10, 64)
	switch {
	case err != nil:
		return nil, ErrProtocol
	case kind == ':':
		return number, nil
	case number == -1 && (kind == '$' || kind == '*'):
		return nil, nil
	case kind == '$' && number >= 0 && number <= longest:
		data := make([]byte, number+2)
		_, err := io.ReadFull(r, data)
		return string(data[:number]), err
	case kind == '*' && number >= 0 && number <= most:
		list := []any{}
		for range number {
			one, err := read(r, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	}
	return nil, ErrProtocol
}

func line(r *bufio.Reader) (string, error) {
	data, err := r.ReadSlice('\n') // a line longer than the buffer is none
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", ErrProtocol
	}
	return strings.TrimRight(string(data), "\r\n"), err
}

// Append writes one value as Read gives it; a []string is an array, an int a number.
func Append(out []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(out, "$-1\r\n"...)
	case Status:
		return fmt.Appendf(out, "+%s\r\n", string(v))
	case Error:
		return fmt.Appendf(out, "-%s\r\n", string(v))
	case int:
		return fmt.Appendf(out, ":%d\r\n", v)
	case int64:
		return fmt.Appendf(out, ":%d\r\n", v)
	case []string:
		out = fmt.Appendf(out, "*%d\r\n", len(v))
		for _, one := range v {
			out = Append(out, one)
		}
		return out
	case []any:
		out = fmt.Appendf(out, "*%d\r\n", len(v))
		for _, one := range v {
			out = Append(out, one)
		}
		return out
	}
	text := fmt.Sprint(value)
	return fmt.Appendf(out, "$%d\r\n%s\r\n", len(text), text)
}
