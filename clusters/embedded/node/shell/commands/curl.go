package commands

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() { add(curl, "curl") }

// transfer is one URL that curl fetches.
type transfer struct {
	c      *command
	o      *proc.Options
	url    *url.URL
	client *client
	began  time.Time
	ip     string
	limit  time.Duration
	size   int64
	resp   *http.Response
}

const curlOptions = "s=silent S=show-error f=fail fail-with-body i=include I=head v=verbose o=output: O=remote-name L=location k=insecure " +
	"m=max-time: connect-timeout: w=write-out: X=request: H=header: d=data: data-raw: data-binary: data-urlencode: json: G=get A=user-agent: " +
	"u=user: e=referer: retry: retry-delay: retry-connrefused retry-all-errors retry-max-time: resolve: cacert: compressed 4=ipv4 6=ipv6 " +
	"http1.1 http2 N=no-buffer url: #=progress-bar no-progress-meter x=proxy: T=upload-file: b=cookie: c=cookie-jar: F=form: Z unix-socket: " +
	"max-redirs: tlsv1.2 cert: key: E: interface: noproxy: http1.0 0 keepalive-time: V=version"

func curl(c *command) int {
	o := c.curlParse()
	if o == nil {
		return 2
	}
	for _, flag := range []string{"x", "T", "F", "unix-socket", "cert", "key", "E", "interface", "c", "0", "V"} {
		if o.Has(flag) {
			c.failf("option -%s: not supported by the embedded engine; the engine kind runs the real curl", flag)
			return 2
		}
	}
	urls := append(o.All("url"), o.Args...)
	if len(urls) == 0 {
		fmt.Fprintln(c.Stderr, "curl: (2) no URL specified")
		return 2
	}
	code := 0
	for _, word := range urls {
		u, err := address(word)
		if err != nil {
			return c.curlFail(o, 3, "URL rejected: Malformed input to a URL function")
		}
		t := &transfer{c: c, o: o, url: u}
		code = t.retry()
	}
	return code
}

func (c *command) curlParse() *proc.Options {
	args := c.Args[1:]
	if len(args) == 0 {
		fmt.Fprintln(c.Stderr, "curl: try 'curl --help' for more information")
		return nil
	}
	o, err := proc.Parse(args, curlOptions)
	if err != nil {
		fmt.Fprintf(c.Stderr, "curl: %v\ncurl: try 'curl --help' for more information\n", err)
		return nil
	}
	return &o
}

func (c *command) curlFail(o *proc.Options, code int, message string) int {
	if !o.Has("s") || o.Has("S") {
		fmt.Fprintf(c.Stderr, "curl: (%d) %s\n", code, message)
	}
	return code
}

// retry repeats a transfer as --retry says.
func (t *transfer) retry() int {
	tries, delay := 0, time.Second
	fmt.Sscan(t.o.Value("retry"), &tries)
	fixed, set := duration(t.o.Value("retry-delay"))
	for {
		code := t.do()
		again := code == 28 || code == 7 && t.o.Has("retry-connrefused") || code != 0 && t.o.Has("retry-all-errors") ||
			t.resp != nil && (t.resp.StatusCode == 408 || t.resp.StatusCode == 429 || t.resp.StatusCode >= 500 && t.resp.StatusCode <= 504)
		if !again || tries <= 0 {
			t.writeOut()
			return code
		}
		tries--
		if set && fixed > 0 {
			delay = fixed
		}
		select {
		case <-time.After(delay):
		case <-t.c.ctx.Done():
			return proc.ExitKilled
		}
		delay *= 2
	}
}

func (t *transfer) do() int {
	c, o := t.c, t.o
	t.began, t.resp, t.size, t.ip = time.Now(), nil, 0, ""
	ctx := c.ctx
	if o.Has("m") {
		limit, ok := duration(o.Value("m"))
		if !ok {
			return c.curlFail(o, 2, "option --max-time: expected a proper numerical parameter")
		}
		if t.limit = limit; limit > 0 {
			limited, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			ctx = limited
		}
	}
	if err := t.prepare(); err != nil {
		return c.curlFail(o, 77, err.Error())
	}
	req, err := t.request(ctx)
	if err != nil {
		return c.curlFail(o, 3, err.Error())
	}
	redirects := 0
	browser := &http.Client{Transport: t.client.transport(), CheckRedirect: func(*http.Request, []*http.Request) error {
		if redirects++; !o.Has("L") {
			return http.ErrUseLastResponse
		} else if redirects > 50 {
			return errors.New("too many redirects")
		}
		return nil
	}}
	if o.Has("v") {
		fmt.Fprintf(c.Stderr, "> %s %s HTTP/1.1\n> Host: %s\n", req.Method, req.URL.RequestURI(), req.Host)
		for _, line := range sortedHeaders(req.Header) {
			fmt.Fprintf(c.Stderr, "> %s\n", line)
		}
		fmt.Fprintln(c.Stderr, "> ")
	}
	resp, err := browser.Do(req)
	if err != nil {
		return t.failure(err)
	}
	defer resp.Body.Close()
	t.resp = resp
	return t.receive()
}

func (t *transfer) prepare() error {
	o := t.o
	t.client = &client{c: t.c, insecure: o.Has("k"), instead: map[string]string{}}
	t.client.connectTimeout, _ = duration(o.Value("connect-timeout"))
	t.client.connecting = func(host, address string) {
		t.ip = strings.Trim(address[:strings.LastIndex(address, ":")], "[]")
		if o.Has("v") {
			fmt.Fprintf(t.c.Stderr, "*   Trying %s...\n* Connected to %s (%s)\n", address, host, t.ip)
		}
	}
	for _, entry := range o.All("resolve") {
		if parts := strings.SplitN(entry, ":", 3); len(parts) == 3 {
			t.client.instead[parts[0]+":"+parts[1]] = parts[2]
		}
	}
	if name := o.Value("cacert"); name != "" {
		data, err := proc.ReadFile(t.c.Process, name)
		if err != nil {
			return fmt.Errorf("error setting certificate verify locations:  CAfile: %s", name)
		}
		t.client.authorities = data
	}
	return nil
}

func (t *transfer) request(ctx context.Context) (*http.Request, error) {
	o := t.o
	method := http.MethodGet
	data, form, err := t.data()
	if err != nil {
		return nil, err
	}
	u := *t.url
	var body io.Reader
	switch {
	case data != nil && o.Has("G"):
		u.RawQuery = strings.Trim(u.RawQuery+"&"+*data, "&")
	case data != nil:
		method, body = http.MethodPost, strings.NewReader(*data)
	case o.Has("I"):
		method = http.MethodHead
	}
	if o.Has("X") {
		method = o.Value("X")
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "curl/8.10.1")
	req.Header.Set("Accept", "*/*")
	if body != nil {
		req.Header.Set("Content-Type", form)
	}
	for flag, name := range map[string]string{"A": "User-Agent", "e": "Referer", "b": "Cookie"} {
		if o.Has(flag) {
			req.Header.Set(name, o.Value(flag))
		}
	}
	if o.Has("u") {
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(o.Value("u"))))
	}
	for _, line := range o.All("H") {
		if name, _, ok := strings.Cut(line, ":"); ok {
			req.Header.Del(name)
		}
		setHeader(req, line)
	}
	return req, nil
}

// data joins what -d and its kin send.
func (t *transfer) data() (text *string, contentType string, err error) {
	contentType = "application/x-www-form-urlencoded"
	var parts []string
	for _, flag := range []string{"d", "data-raw", "data-binary", "data-urlencode", "json"} {
		for _, value := range t.o.All(flag) {
			if name, ok := strings.CutPrefix(value, "@"); ok && flag != "data-raw" {
				content, err := io.ReadAll(io.LimitReader(t.c.Stdin, 0))
				if name == "-" {
					content, err = io.ReadAll(io.LimitReader(t.c.Stdin, proc.MaxMemory))
				} else {
					content, err = proc.ReadFile(t.c.Process, name)
				}
				if err != nil {
					return nil, "", fmt.Errorf("failed to open %s", name)
				}
				if value = string(content); flag == "d" {
					value = strings.NewReplacer("\r", "", "\n", "").Replace(value)
				}
			} else if flag == "data-urlencode" {
				name, rest, named := strings.Cut(value, "=")
				if value = url.QueryEscape(value); named {
					value = name + "=" + url.QueryEscape(rest)
				}
			}
			if flag == "json" {
				contentType = "application/json"
			}
			parts = append(parts, value)
		}
	}
	if parts == nil {
		return nil, contentType, nil
	}
	joined := strings.Join(parts, "&")
	return &joined, contentType, nil
}

// receive writes the answer where it belongs.
func (t *transfer) receive() int {
	c, o, resp := t.c, t.o, t.resp
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s\r\n", resp.Proto, resp.Status)
	for _, line := range sortedHeaders(resp.Header) {
		head.WriteString(line + "\r\n")
	}
	if resp.ContentLength >= 0 && resp.Header.Get("Content-Length") == "" {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", resp.ContentLength)
	}
	head.WriteString("\r\n")
	if o.Has("v") {
		for line := range strings.SplitSeq(strings.TrimSuffix(head.String(), "\n"), "\n") {
			fmt.Fprintf(c.Stderr, "< %s\n", strings.TrimSuffix(line, "\r"))
		}
	}
	if o.Has("f") && resp.StatusCode >= 400 {
		return c.curlFail(o, 22, fmt.Sprintf("The requested URL returned error: %d", resp.StatusCode))
	}
	out := c.Stdout
	name := o.Value("o")
	if o.Has("O") {
		if name = path.Base(t.url.Path); name == "/" || name == "." {
			return c.curlFail(o, 23, "Remote file name has no length")
		}
	}
	if name != "" && name != "-" {
		f, err := proc.Open(c.Process, name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			fmt.Fprintf(c.Stderr, "Warning: Failed to open the file %s: %s\n", name, proc.Message(err))
			return c.curlFail(o, 23, "Failure writing output to destination")
		}
		defer f.Close()
		out = f
	}
	if o.Has("i") || o.Has("I") {
		io.WriteString(out, head.String())
	}
	n, err := io.Copy(struct{ io.Writer }{out}, resp.Body)
	t.size = n
	if err != nil {
		return t.failure(err)
	}
	if !o.Has("s") && !o.Has("no-progress-meter") && (name != "" || !c.TTY) {
		t.meter()
	}
	if o.Has("fail-with-body") && resp.StatusCode >= 400 {
		return c.curlFail(o, 22, fmt.Sprintf("The requested URL returned error: %d", resp.StatusCode))
	}
	return 0
}

// meter prints the progress, as curl does when its output is no terminal.
func (t *transfer) meter() {
	rate := int64(float64(t.size) / max(time.Since(t.began).Seconds(), 0.001))
	fmt.Fprintf(t.c.Stderr, "  %% Total    %% Received %% Xferd  Average Speed   Time    Time     Time  Current\n"+
		"                                 Dload  Upload   Total   Spent    Left  Speed\n"+
		"100 %5d  100 %5d    0     0  %5d      0 --:--:-- --:--:-- --:--:-- %5d\n", t.size, t.size, rate, rate)
}

func (t *transfer) failure(err error) int {
	c, o := t.c, t.o
	var dial *dialError
	took := time.Since(t.began).Milliseconds()
	failed := errors.As(err, &dial)
	switch {
	case failed && dial.address == "" && !timedOut(err):
		return c.curlFail(o, 6, "Could not resolve host: "+dial.host)
	case timedOut(err) && !t.client.connected.Load():
		return c.curlFail(o, 28, fmt.Sprintf("Connection timed out after %d milliseconds", took))
	case failed:
		return c.curlFail(o, 7, fmt.Sprintf("Failed to connect to %s port %s after %d ms: Could not connect to server", dial.host, dial.port, took))
	case timedOut(err):
		return c.curlFail(o, 28, fmt.Sprintf("Operation timed out after %d milliseconds with %d bytes received", took, t.size))
	case untrusted(err):
		return c.curlFail(o, 60, "SSL certificate problem: unable to get local issuer certificate")
	case strings.Contains(err.Error(), "too many redirects"):
		return c.curlFail(o, 47, "Maximum (50) redirects followed")
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") || strings.Contains(err.Error(), "tls:"):
		return c.curlFail(o, 35, "TLS connect error: wrong version number")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return c.curlFail(o, 18, "transfer closed with outstanding read data remaining")
	case errors.Is(err, io.EOF):
		return c.curlFail(o, 52, "Empty reply from server")
	case stopped(err):
		return 23
	}
	return c.curlFail(o, 56, "Recv failure: "+proc.Message(err))
}

// writeOut prints what -w asks for.
func (t *transfer) writeOut() {
	format := t.o.Value("w")
	if format == "" {
		return
	}
	code, kind := 0, ""
	if t.resp != nil {
		code, kind = t.resp.StatusCode, t.resp.Header.Get("Content-Type")
	}
	seconds := fmt.Sprintf("%.6f", time.Since(t.began).Seconds())
	format = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r",
		"%{http_code}", fmt.Sprintf("%03d", code), "%{response_code}", fmt.Sprintf("%03d", code), "%{time_total}", seconds,
		"%{time_connect}", seconds, "%{time_starttransfer}", seconds, "%{time_namelookup}", seconds, "%{size_download}", fmt.Sprint(t.size),
		"%{remote_ip}", t.ip, "%{content_type}", kind, "%{url_effective}", t.url.String(), "%%", "%").Replace(format)
	io.WriteString(t.c.Stdout, format)
}
