package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(wget, "wget") }

func wget(c *command) int {
	o := c.parse("q=quiet O=output-document: T=timeout: spider S=server-response t=tries: c U=user-agent: header: post-data: post-file: no-check-certificate P: Y: no-verbose n: v")
	if o == nil {
		return 1
	}
	if len(o.Args) == 0 {
		return c.failf("usage: wget [-qS] [-O FILE] [-T SEC] [--spider] [--header STR] URL...")
	}
	code := 0
	for _, word := range o.Args {
		if got := c.wget(*o, word); got != 0 {
			code = got
		}
	}
	return code
}

func (c *command) wget(o proc.Options, word string) int {
	u, err := address(word)
	if err != nil {
		return c.failf("%v", err)
	}
	limit := 15 * time.Minute // BusyBox's own
	if o.Has("T") {
		seconds, err := strconv.Atoi(o.Value("T"))
		if err != nil {
			return c.failf("invalid number '%s'", o.Value("T"))
		}
		limit = time.Duration(seconds) * time.Second
	}
	ctx, cancel := context.WithTimeout(c.ctx, limit)
	defer cancel()
	h := &client{c: c, insecure: o.Has("no-check-certificate")}
	if !o.Has("q") {
		h.connecting = func(host, address string) { fmt.Fprintf(c.Stderr, "Connecting to %s (%s)\n", host, address) }
	}
	method, body := http.MethodGet, io.Reader(nil)
	if o.Has("post-data") {
		method, body = http.MethodPost, strings.NewReader(o.Value("post-data"))
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return c.failf("%v", err)
	}
	req.Header.Set("User-Agent", "Wget")
	if o.Has("U") {
		req.Header.Set("User-Agent", o.Value("U"))
	}
	if o.Has("post-data") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, line := range o.All("header") {
		if name, _, ok := strings.Cut(line, ":"); ok {
			req.Header.Del(name)
		}
		setHeader(req, line)
	}
	resp, err := (&http.Client{Transport: h.transport()}).Do(req)
	if err != nil {
		return c.wgetError(err)
	}
	defer resp.Body.Close()
	if o.Has("S") {
		fmt.Fprintf(c.Stderr, "  %s %s\n", resp.Proto, resp.Status)
		for _, line := range sortedHeaders(resp.Header) {
			fmt.Fprintf(c.Stderr, "  %s\n", line)
		}
	}
	if resp.StatusCode >= 300 || resp.StatusCode < 200 {
		return c.failf("server returned error: %s %s", resp.Proto, resp.Status)
	}
	if o.Has("spider") {
		if !o.Has("q") {
			fmt.Fprintln(c.Stderr, "remote file exists")
		}
		return 0
	}
	return c.wgetSave(o, path.Base(u.Path), resp)
}

func (c *command) wgetSave(o proc.Options, name string, resp *http.Response) int {
	if name == "/" || name == "." || name == "" {
		name = "index.html"
	}
	if o.Has("P") {
		name = path.Join(o.Value("P"), name)
	}
	if o.Has("O") {
		name = o.Value("O")
	}
	out := c.Stdout
	if name != "-" {
		flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		if !o.Has("O") {
			flag |= os.O_EXCL
		}
		f, err := proc.Open(c.Process, name, flag, 0o644)
		if err != nil {
			return c.failf("can't open '%s': %s", name, proc.Message(err))
		}
		defer f.Close()
		out = f
	}
	if !o.Has("q") {
		fmt.Fprintln(c.Stderr, map[bool]string{true: "writing to stdout", false: "saving to '" + name + "'"}[name == "-"])
	}
	n, err := io.Copy(struct{ io.Writer }{out}, resp.Body)
	if err != nil {
		return c.wgetError(err)
	}
	if !o.Has("q") {
		fmt.Fprintf(c.Stderr, "%-20.20s 100%% |********************************| %5d  0:00:00 ETA\n", name, n)
		fmt.Fprintln(c.Stderr, map[bool]string{true: "written to stdout", false: "'" + name + "' saved"}[name == "-"])
	}
	return 0
}

func (c *command) wgetError(err error) int {
	var dial *dialError
	switch {
	case errors.As(err, &dial) && dial.address == "" && !timedOut(err):
		return c.failf("bad address '%s'", dial.host)
	case timedOut(err):
		return c.failf("download timed out")
	case errors.As(err, &dial):
		return c.failf("can't connect to remote host (%s): %s", dial.address, proc.Message(err))
	case untrusted(err):
		return c.failf("note: TLS certificate validation failed; --no-check-certificate passes over it")
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return c.failf("error getting response")
	}
	return c.failf("error getting response: %s", proc.Message(err))
}
