package commands

import (
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"driftlab/clusters/embedded/node/shell/proc"
)

func init() {
	add(hostname, "hostname")
	add(whoami, "whoami")
	add(id, "id")
	add(uname, "uname")
	add(arch, "arch")
	add(uptime, "uptime")
	add(nproc, "nproc")
	add(date, "date")
	add(ps, "ps")
	add(top, "top")
	add(df, "df")
	add(du, "du")
	add(mount, "mount")
	add(func(c *command) int {
		return c.unable("a container of the embedded engine has no memory of its own to show")
	}, "free", "vmstat")
	add(func(c *command) int { return c.unable("the embedded engine has no editor") }, "vi", "vim", "nano", "less", "more")
	add(func(c *command) int { return c.unable("programs of the embedded engine are no processes of a kernel") }, "strace", "lsof", "dmesg", "sysctl")
	add(func(c *command) int { return c.unable("the embedded engine's network is no kernel's") }, "ip", "ifconfig", "route", "iptables", "netstat", "ss", "tcpdump", "arp")
	add(func(c *command) int { return c.unable("the embedded engine installs no packages") }, "apk", "apt", "apt-get", "yum", "dnf")
	add(func(c *command) int { return c.unable("the embedded engine has no other users") }, "su", "sudo", "chroot", "umount", "login", "adduser")
}

var began = time.Now()

func hostname(c *command) int {
	switch {
	case len(c.Args) == 1, c.Args[1] == "-s":
		fmt.Fprintln(c.Stdout, c.Host.Name)
	case c.Args[1] == "-f":
		fmt.Fprintln(c.Stdout, fullName(c))
	case c.Args[1] == "-i", c.Args[1] == "-I":
		fmt.Fprintln(c.Stdout, c.Network.IP())
	case strings.HasPrefix(c.Args[1], "-"):
		return c.failf("unrecognized option: %s", c.Args[1][1:])
	default:
		return c.failf("sethostname: Operation not permitted")
	}
	return 0
}

// fullName is the first name in the line of /etc/hosts that has the container's own: the kubelet writes a Pod's subdomain there.
func fullName(c *command) string {
	hosts, _ := proc.ReadFile(c.Process, "/etc/hosts")
	for _, line := range strings.Split(string(hosts), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 1 && slices.Contains(words[1:], c.Host.Name) {
			return words[1]
		}
	}
	return c.Host.Name
}

func whoami(c *command) int {
	name := userName(c.Process, "/etc/passwd", c.Host.UID)
	if name == "" {
		return c.failf("unknown uid %d", c.Host.UID)
	}
	fmt.Fprintln(c.Stdout, name)
	return 0
}

func id(c *command) int {
	o := c.parse("u g G n r")
	if o == nil {
		return 1
	}
	named := func(file string, n int64) string {
		name := userName(c.Process, file, n)
		switch {
		case o.Has("u") || o.Has("g") || o.Has("G"):
			if o.Has("n") && name != "" {
				return name
			}
		case name != "":
			return fmt.Sprintf("%d(%s)", n, name)
		}
		return fmt.Sprint(n)
	}
	user, group := named("/etc/passwd", c.Host.UID), named("/etc/group", c.Host.GID)
	groups := c.Host.Groups
	if len(groups) == 0 {
		groups = []int64{c.Host.GID}
	}
	var all []string
	for _, n := range groups {
		all = append(all, named("/etc/group", n))
	}
	switch {
	case o.Has("u"):
		fmt.Fprintln(c.Stdout, user)
	case o.Has("g"):
		fmt.Fprintln(c.Stdout, group)
	case o.Has("G"):
		fmt.Fprintln(c.Stdout, strings.Join(all, " "))
	default:
		fmt.Fprintf(c.Stdout, "uid=%s gid=%s groups=%s\n", user, group, strings.Join(all, ","))
	}
	return 0
}

func machine() string {
	return map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
}

func uname(c *command) int {
	o := c.parse("a s n r v m p i o")
	if o == nil {
		return 1
	}
	parts := []struct{ flag, value string }{
		{"s", "Linux"}, {"n", c.Host.Name}, {"r", "embedded"}, {"v", "#1 driftlab"}, {"m", machine()}, {"o", "Linux"},
	}
	var words []string
	for _, part := range parts {
		if o.Has("a") || o.Has(part.flag) || len(c.Args) == 1 && part.flag == "s" {
			words = append(words, part.value)
		}
	}
	fmt.Fprintln(c.Stdout, strings.Join(words, " "))
	return 0
}

func arch(c *command) int {
	fmt.Fprintln(c.Stdout, machine())
	return 0
}

func uptime(c *command) int {
	up := time.Since(began)
	fmt.Fprintf(c.Stdout, " %s up %2d:%02d,  0 users\n", time.Now().UTC().Format("15:04:05"), int(up.Hours()), int(up.Minutes())%60)
	return 0
}

func nproc(c *command) int {
	fmt.Fprintln(c.Stdout, runtime.NumCPU())
	return 0
}

func date(c *command) int {
	for i, arg := range c.Args { // its value is optional, and attached
		if arg == "-I" {
			c.Process.Args = slices.Clone(c.Args)
			c.Process.Args[i] = "-Id"
		}
	}
	o := c.parse("u d=date: r: R I: s: D: iso-8601")
	if o == nil {
		return 1
	}
	at := time.Now().UTC()
	if o.Has("s") {
		return c.failf("can't set date: Operation not permitted")
	}
	if o.Has("d") {
		parsed, err := parseDate(o.Value("d"))
		if err != nil {
			return c.failf("invalid date '%s'", o.Value("d"))
		}
		at = parsed
	}
	if o.Has("r") {
		info, err := proc.Stat(c.Process, o.Value("r"), true)
		if err != nil {
			return c.failf("can't stat '%s': %s", o.Value("r"), proc.Message(err))
		}
		at = info.ModTime().UTC()
	}
	format := "%a %b %e %H:%M:%S UTC %Y"
	switch {
	case o.Has("R"):
		format = "%a, %d %b %Y %H:%M:%S +0000"
	case o.Has("iso-8601"):
		format = "%F"
	case o.Has("I"):
		format = map[byte]string{'d': "%F", 'h': "%FT%H+00:00", 'm': "%FT%H:%M+00:00", 's': "%FT%T+00:00"}[(o.Value("I") + "d")[0]]
	}
	for _, arg := range o.Args {
		rest, ok := strings.CutPrefix(arg, "+")
		if !ok {
			return c.failf("invalid date '%s'", arg)
		}
		format = rest
	}
	fmt.Fprintln(c.Stdout, strftime(format, at))
	return 0
}

// strftime renders a time; %N is nanoseconds, as in coreutils.
func strftime(format string, at time.Time) string {
	layouts := map[byte]string{'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'B': "January", 'b': "Jan",
		'h': "Jan", 'A': "Monday", 'a': "Mon", 'e': "_2", 'I': "03", 'p': "PM", 'Z': "UTC", 'z': "-0700", 'j': "002",
		'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05"}
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		verb := format[i]
		if (verb == '-' || verb == '3' || verb == '6') && i+1 < len(format) { // %-d, %3N
			i++
			switch {
			case format[i] == 'N':
				out.WriteString(fmt.Sprintf("%09d", at.Nanosecond())[:verb-'0'])
			default:
				out.WriteString(strings.TrimLeft(strftime("%"+format[i:i+1], at), "0 "))
			}
			continue
		}
		switch layout, known := layouts[verb]; {
		case known:
			out.WriteString(at.Format(layout))
		case verb == 's':
			fmt.Fprint(&out, at.Unix())
		case verb == 'N':
			fmt.Fprintf(&out, "%09d", at.Nanosecond())
		case verb == 'u':
			fmt.Fprint(&out, (int(at.Weekday())+6)%7+1)
		case verb == 'w':
			fmt.Fprint(&out, int(at.Weekday()))
		case verb == 'V':
			_, week := at.ISOWeek()
			fmt.Fprintf(&out, "%02d", week)
		case verb == 'n':
			out.WriteByte('\n')
		case verb == 't':
			out.WriteByte('\t')
		case verb == '%':
			out.WriteByte('%')
		default:
			out.WriteString("%" + string(verb))
		}
	}
	return out.String()
}

func (c *command) user() string {
	if name := userName(c.Process, "/etc/passwd", c.Host.UID); name != "" {
		return name
	}
	return fmt.Sprint(c.Host.UID)
}

func ps(c *command) int {
	fmt.Fprintf(c.Stdout, "PID   USER     TIME  COMMAND\n")
	for _, running := range c.Processes() {
		fmt.Fprintf(c.Stdout, "%5d %-8.8s  0:00 %s\n", running.PID, c.user(), strings.Join(running.Args, " "))
	}
	return 0
}

func top(c *command) int {
	o := c.parse("b n: d: H m")
	if o == nil {
		return 1
	}
	if !o.Has("b") && !o.Has("n") {
		return c.unable("the embedded engine draws no screen; \"top -b -n1\" lists once; no load is measured")
	}
	fmt.Fprintln(c.Stdout, "  PID USER     COMMAND")
	for _, running := range c.Processes() {
		fmt.Fprintf(c.Stdout, "%5d %-8.8s %s\n", running.PID, c.user(), strings.Join(running.Args, " "))
	}
	return 0
}

func df(c *command) int {
	o := c.parse("h k m P T i a")
	if o == nil {
		return 1
	}
	used, limit := c.Files.Usage()
	show := func(n int64) string {
		switch {
		case o.Has("h"):
			return human(n)
		case o.Has("m"):
			return fmt.Sprint((n + 1<<20 - 1) >> 20)
		}
		return fmt.Sprint((n + 1023) >> 10)
	}
	title := "1K-blocks"
	if o.Has("h") {
		title = "Size"
	}
	fmt.Fprintf(c.Stdout, "Filesystem           %9s      Used Available Use%% Mounted on\n", title)
	fmt.Fprintf(c.Stdout, "overlay              %9s %9s %9s %3d%% /\n", show(limit), show(used), show(limit-used), used*100/max(limit, 1))
	return 0
}

func du(c *command) int {
	o := c.parse("s h k m a c d=max-depth:")
	if o == nil {
		return 1
	}
	show := func(n int64) string {
		switch {
		case o.Has("h"):
			return human(n)
		case o.Has("m"):
			return fmt.Sprint((n + 1<<20 - 1) >> 20)
		}
		return fmt.Sprint((n + 1023) >> 10)
	}
	names := o.Args
	if len(names) == 0 {
		names = []string{"."}
	}
	code := 0
	var sum func(name string, depth int) int64
	sum = func(name string, depth int) int64 {
		info, err := proc.Stat(c.Process, name, false)
		if err != nil {
			code = c.failf("%s: %s", name, proc.Message(err))
			return 0
		}
		total := (info.Size() + 4095) / 4096 * 4096
		if info.IsDir() && info.Mode()&fs.ModeSymlink == 0 && depth < maxDepth && c.ctx.Err() == nil {
			total = 4096
			entries, _ := c.Files.ReadDir(c.abs(name))
			for _, e := range entries {
				total += sum(path.Join(name, e.Name()), depth+1)
			}
		}
		if depth == 0 || !o.Has("s") && (info.IsDir() || o.Has("a")) {
			fmt.Fprintf(c.Stdout, "%s\t%s\n", show(total), name)
		}
		return total
	}
	for _, name := range names {
		sum(name, 0)
	}
	return code
}

func mount(c *command) int {
	if len(c.Args) > 1 {
		return c.failf("permission denied (are you root?)")
	}
	mode := map[bool]string{true: "ro", false: "rw"}
	fmt.Fprintf(c.Stdout, "overlay on / type overlay (%s,relatime)\n", mode[c.Files.ReadOnly()])
	for _, m := range c.Files.Mounts() {
		fmt.Fprintf(c.Stdout, "volume on %s type volume (%s,relatime)\n", m.Path, mode[m.ReadOnly])
	}
	return 0
}
