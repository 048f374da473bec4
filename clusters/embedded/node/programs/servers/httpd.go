package servers

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"driftlab/clusters/embedded/node/images"
	"driftlab/clusters/embedded/node/program"
)

// apache is one run of httpd: of its configuration it knows Listen, DocumentRoot and DirectoryIndex.
type apache struct {
	p      *program.Process
	listen []string
	root   string
	index  []string
	page   http.HandlerFunc // instead of files
}

// httpd serves the files below its DocumentRoot.
func httpd(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		a := &apache{p: p, root: "/usr/local/apache2/htdocs", index: []string{"index.html"}}
		test, foreground := false, false
		for _, word := range p.Args[1:] {
			test = test || word == "-t"
			foreground = foreground || strings.HasSuffix(word, "FOREGROUND")
			if word == "-v" {
				fmt.Fprintln(p.Stdout, "Server version: Apache (of the embedded engine)")
				return 0
			}
		}
		if err := a.read("/usr/local/apache2/conf/httpd.conf"); err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 1
		}
		if test {
			fmt.Fprintln(p.Stderr, "Syntax OK")
			return 0
		}
		if !foreground && p.PID != 1 {
			fmt.Fprintln(p.Stderr, "httpd: the embedded engine cannot leave it in the background; write httpd -DFOREGROUND & for it")
			return 1
		}
		return a.run(ctx, image, !foreground)
	}
}

// hpaExample is httpd with one page of PHP: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/.
func hpaExample(image *images.Image) program.Program {
	return func(ctx context.Context, p *program.Process) int {
		a := &apache{p: p, listen: []string{":80"}, page: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" && r.URL.Path != "/index.php" {
				notFound(w)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			fmt.Fprint(w, "OK!")
		}}
		return a.run(ctx, image, false)
	}
}

// read reads the lines of a configuration that mean something here.
func (a *apache) read(file string) error {
	text, err := a.p.Files.ReadFile(file)
	if err != nil {
		number, words := why(err)
		return fmt.Errorf("httpd: Could not open configuration file %s: (%d)%s", file, number, words)
	}
	for number, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		value := strings.Trim(words[1], `"`)
		switch strings.ToLower(words[0]) {
		case "listen":
			port := value[strings.LastIndex(value, ":")+1:]
			if at, err := strconv.Atoi(port); err != nil || at < 1 || at > 65535 {
				return fmt.Errorf("AH00526: Syntax error on line %d of %s:\nPort must be specified", number+1, file)
			}
			if !strings.Contains(value, ":") {
				value = ":" + value
			}
			a.listen = append(a.listen, value)
		case "documentroot":
			if a.root = value; !isFolder(a.p.Files, value) {
				return fmt.Errorf("AH00526: Syntax error on line %d of %s:\nDocumentRoot '%s' is not a directory, or is not readable", number+1, file, value)
			}
		case "directoryindex":
			a.index = words[1:]
		}
	}
	return nil
}

func (a *apache) run(ctx context.Context, image *images.Image, background bool) int {
	p := a.p
	s := site{handler: http.HandlerFunc(a.answer), signals: []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGWINCH}, end: a.stop}
	fmt.Fprintf(p.Stderr, "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using %s. "+
		"Set the 'ServerName' directive globally to suppress this message\n", cmp.Or(p.Network.IP(), "127.0.0.1"))
	for _, address := range a.listen {
		listener, err := p.Network.Listen("tcp", address)
		if err != nil {
			number, words := why(err)
			host, port, _ := net.SplitHostPort(address)
			fmt.Fprintf(p.Stderr, "(%d)%s: AH00072: make_sock: could not bind to address %s:%s\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n",
				number, words, cmp.Or(host, "0.0.0.0"), port)
			return 1
		}
		defer listener.Close()
		s.listeners = append(s.listeners, listener)
	}
	keep(p, image)
	a.notice("AH00489: Apache (of the embedded engine) configured -- resuming normal operations")
	a.notice("AH00094: Command line: '%s'", strings.Join(p.Args, " "))
	if background {
		return 0
	}
	return s.serve(ctx, p)
}

func (a *apache) stop(got syscall.Signal) int {
	if got == syscall.SIGWINCH {
		a.notice("AH00492: caught SIGWINCH, shutting down gracefully")
	} else {
		a.notice("AH00491: caught SIGTERM, shutting down")
	}
	return 0
}

func (a *apache) notice(format string, values ...any) {
	fmt.Fprintf(a.p.Stderr, "[%s] [mpm_event:notice] [pid %d:tid %d] %s\n", time.Now().UTC().Format("Mon Jan 02 15:04:05.000000 2006"),
		a.p.PID, a.p.PID, fmt.Sprintf(format, values...))
}

func (a *apache) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "Apache")
	answer := &measured{ResponseWriter: w}
	if a.page != nil {
		a.page(answer, r)
	} else {
		a.file(answer, r)
	}
	size := "-"
	if answer.bytes > 0 {
		size = strconv.FormatInt(answer.bytes, 10)
	}
	fmt.Fprintf(a.p.Stdout, "%s - - [%s] \"%s %s %s\" %d %s\n", client(r), time.Now().UTC().Format(accessTime), r.Method, r.RequestURI, r.Proto, answer.status, size)
}

func (a *apache) file(w http.ResponseWriter, r *http.Request) {
	name := path.Join(a.root, path.Clean("/"+r.URL.Path))
	info, err := a.p.Files.Stat(name)
	switch {
	case err != nil:
		notFound(w)
	case info.IsDir() && !strings.HasSuffix(r.URL.Path, "/"):
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
	case info.IsDir():
		if found := index(a.p.Files, name, a.index); found != "" {
			document(w, r, a.p.Files, found, "text/html")
		} else {
			a.list(w, r.URL.Path, name)
		}
	default:
		if document(w, r, a.p.Files, name, "text/plain") != nil {
			notFound(w)
		}
	}
}

// list shows what is in a folder: the image allows that.
func (a *apache) list(w http.ResponseWriter, uri, folder string) {
	names, err := listing(a.p.Files, folder)
	if err != nil {
		notFound(w)
		return
	}
	w.Header().Set("Content-Type", "text/html;charset=ISO-8859-1")
	title := "Index of " + html.EscapeString(strings.TrimSuffix(uri, "/"))
	fmt.Fprintf(w, "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n<html>\n <head>\n  <title>%s</title>\n </head>\n <body>\n<h1>%s</h1>\n<ul>", title, title)
	for _, name := range names {
		fmt.Fprintf(w, "<li><a href=\"%[1]s\"> %[1]s</a></li>\n", html.EscapeString(name))
	}
	fmt.Fprint(w, "</ul>\n</body></html>\n")
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n"+
		"<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n")
}
