package shell_test

import (
	"strings"
	"testing"
)

// script is a script, what it prints, and its exit code. The output is standard output; after "!" stand the messages.
type script struct {
	src, want string
	code      int
}

func run(t *testing.T, rows []script) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.src, func(t *testing.T) {
			t.Parallel()
			out, errs, code := sh(t, row.src)
			got := out
			if errs != "" && strings.Contains(row.want, "!") {
				got += "!" + errs
			}
			if got != row.want || code != row.code {
				t.Errorf("got %q and %d, want %q and %d; messages: %q", got, code, row.want, row.code, errs)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	run(t, []script{
		{"echo hello world", "hello world\n", 0},
		{"echo -n a; echo -e 'b\\tc'; echo -ne 'd\\n'", "ab\tc\nd\n", 0},
		{"exit 7", "", 7},
		{"false; echo $?", "1\n", 0},
		{"echo $$ $PPID $0 $#", "1 0 sh 0\n", 0},
		{"set -- a 'b c' d; echo $# \"$2\"; shift; echo $*", "3 b c\nb c d\n", 0},
		{"for i in 1 2 3; do echo -n $i; done; echo", "123\n", 0},
		{"for i in {1..3}; do echo $i; done", "{1..3}\n", 0},
		{"bash -c 'for i in {1..3}; do echo -n $i; done'", "123", 0},
		{"i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0},
		{"until false; do break; done; echo $?", "0\n", 0},
		{"case abc in a*) echo yes;; *) echo no;; esac", "yes\n", 0},
		{"if [ -e /etc/passwd ]; then echo there; else echo gone; fi", "there\n", 0},
		{"f() { local x=1; echo $x $1; return 3; }; f a; echo $? $x", "1 a\n3\n", 0},
		{"cd() { echo mine; }; cd /nope; unset -f cd; cd /tmp; pwd", "mine\n/tmp\n", 0},
		{"x=$(echo a; echo b); echo \"$x\"", "a\nb\n", 0},
		{"x=$(</data/plain); echo $x", "echo plain\n", 0},
		{"x=`echo old`; echo $x", "old\n", 0},
		{"x=$(false); echo $?", "1\n", 0},
		{"false; x=$?; echo $x", "1\n", 0},
		{"echo ${x:-none} ${GREETING#he} ${GREETING%o} ${#GREETING} ${GREETING:1:2}", "none llo hell 5 el\n", 0},
		{"x=aXbXc; echo ${x/X/-} ${x//X/-}", "a-bXc a-b-c\n", 0},
		{"echo $((2*(3+4))) $((7/2)) $((7%2)) $((1<<4)) $((5>3))", "14 3 1 16 1\n", 0},
		{"set -u; echo $nope; echo after", "!nope: unbound variable\n", 1},
		{"set -e; false; echo after", "", 1},
		{"set -e; false || echo ok; if false; then :; fi; echo end", "ok\nend\n", 0},
		{"set -o pipefail; false | true; echo $?", "1\n", 0},
		{"set -x; y=1; echo $y", "1\n!+ y=1\n+ echo 1\n", 0},
		{"f() { [ $1 -eq 0 ] || f $(($1-1)); }; f 200 && echo deep", "deep\n", 0},
		{"echo a | cat | tr a b", "b\n", 0},
		{"echo a | read x; echo \"[$x]\"", "[]\n", 0},
		{"printf 'a 1\\nb 2\\n' | while read n v; do echo $v$n; done", "1a\n2b\n", 0},
		{"(cd /tmp; x=2; exit 3); echo $? $PWD $x", "3 /\n", 0},
		{"{ echo a; echo b; } > /tmp/f; cat /tmp/f", "a\nb\n", 0},
		{"echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f", "a\nb\n", 0},
		{"ls /nope 2>/dev/null; echo $?", "1\n", 0},
		{"ls /nope 2>&1 | cat", "ls: /nope: No such file or directory\n", 0},
		{"echo err >&2", "!err\n", 0},
		{"cat <<EOF\n$GREETING ~ {a,b} \\$x\nEOF", "hello ~ {a,b} $x\n", 0},
		{"cat <<'EOF'\n$GREETING\nEOF", "$GREETING\n", 0},
		{"cat <<-EOF\n\ttab\n\tEOF", "tab\n", 0},
		{"bash -c 'cat <<< word'", "word\n", 0},
		{"bash -c 'a=(x y z); a+=(w); echo ${a[1]} ${#a[@]} \"${a[*]}\"'", "y 4 x y z w\n", 0},
		{"bash -c '[[ abc == a* && 3 -gt 2 ]] && echo yes'", "yes\n", 0},
		{"eval 'a=1; echo $a'; eval 'sleep 0 & wait $!; echo $?'", "1\n0\n", 0},
		{". /data/lib; greet you; echo $LOADED", "hi you\nyes\n", 0},
		{". /nope; echo after", "!sh: .: can't open '/nope': No such file or directory\n", 2},
		{"/data/run a b", "/data/run a b\n", 0},
		{"cd /data; ./run x", "./run x\n", 0},
		{"/data/plain", "!sh: /data/plain: Permission denied\n", 126},
		{"sh /data/plain", "plain\n", 0},
		{"/bin/elf", "!sh: /bin/elf: Exec format error: the embedded engine runs only programs of its catalogue and scripts; the engine kind runs any\n", 126},
		{"nope", "!sh: nope: not found\n", 127},
		{"/nope/x", "!sh: /nope/x: not found\n", 127},
		{"bash -c nope", "!bash: nope: command not found\n", 127},
		{"sh /nope", "!sh: can't open '/nope': No such file or directory\n", 127},
		{"cat < /nope", "!sh: can't open /nope: No such file or directory\n", 1},
		{"echo x > /nope/y; echo $?", "1\n!sh: can't create /nope/y: No such file or directory\n", 0},
		{"if", "!sh: line 1: syntax error: `if` must be followed by a statement list\n", 2},
		{"type ls cd f nope; echo $?", "ls is /bin/ls\ncd is a shell builtin\n127\n!sh: type: f: not found\nsh: type: nope: not found\n", 0},
		{"f() { :; }; type f; command -v ls cd f; command -v nope; echo $?", "f is a function\n/bin/ls\ncd\nf\n127\n", 0},
		{"echo() { printf mine; }; command echo real; echo", "real\nmine", 0},
		{"cd /nope; echo $?; cd /etc/passwd; cd /tmp && cd - && pwd", "2\n/\n/\n!sh: cd: can't cd to /nope: No such file or directory\nsh: cd: can't cd to /etc/passwd: Not a directory\n", 0},
		{"cd; pwd; echo ~ ~/x", "/root\n/root /root/x\n", 0},
		{"cd /data; echo *; echo /da*/f*; echo /nope*", "fruit lib plain run\n/data/fruit\n/nope*\n", 0},
		{"export A=1; B=2; sh -c 'echo $A-$B'; C=3 sh -c 'echo $C'; echo \"[$C]\"", "1-\n3\n[]\n", 0},
		{"readonly R=1; R=2; echo $R", "1\n!R: readonly variable\n", 0},
		{"sh -c 'echo $0 $1' name arg", "name arg\n", 0},
		{"sh -ec 'false; echo no'; echo $?", "1\n", 0},
		{"echo 'echo in $1' | sh -s x; echo 'echo stdin' | sh", "in x\nstdin\n", 0},
		{"printf 'read x\\nline\\necho got $x\\n' | sh", "got line\n", 0},
		{"exec echo replaced; echo no", "replaced\n", 0},
		{"exec nope; echo no", "!sh: nope: not found\n", 127},
		{"exec > /tmp/o; echo a; cat /tmp/o >&2", "!a\n", 0},
		{"while getopts ab:c o -a -b v; do echo $o$OPTARG; done", "a\nbv\n", 0},
		{"read x < /data/plain; echo $x; printf 'a b c' | { read p q; echo \"$q\"; }", "echo plain\nb c\n", 0},
		{"printf 'a:b\\n' | { IFS=: read x y; echo $y$x; }", "ba\n", 0},
		{"read -t 0.05 x < /dev/stdin; echo $?; printf abc | { read -n 2 x; echo $x; }", "1\nab\n", 0},
		{"ulimit -n 5", "!sh: ulimit: no kernel limits the programs of the embedded engine; the engine kind has limits\n", 1},
		{"diff <(echo a) <(echo b)", "!sh: <(...) and >(...) are not supported by the embedded engine's shell; the engine kind runs the real one\n", 2},
		{"test", "", 1},
		{"[ a = a ] && [ ! a = b ] && [ -n x -a -z '' ] && test 3 -ge 3 && echo yes", "yes\n", 0},
		{"[ x -eq 1 ]; echo $?", "2\n![: x: bad number\n", 0},
		{"[ 1 -eq 1; echo $?", "2\n![: missing ]\n", 0},
		{"[ -f /data/run -a -x /data/run ] && [ -d /tmp ] && [ ! -e /nope ] && [ -s /data/run ] && echo yes", "yes\n", 0},
		{"set | grep ^GREETING; export -p | grep GREETING", "GREETING='hello'\nexport GREETING='hello'\n", 0},
		{"x='a b'; printf '%s|' $x \"$x\" '*'; echo", "a|b|a b|*|\n", 0},
		{"yes | head -2", "y\ny\n", 0},
		{"while true; do echo y; done | head -1; echo done", "y\ndone\n", 0},
	})
}

func TestJobsAndTraps(t *testing.T) {
	run(t, []script{
		{"sleep 0.05 & echo $!; wait $!; echo $?", "2\n0\n", 0},
		{"(exit 3) & wait $!; echo $?", "3\n", 0},
		{"false & wait; echo $?", "0\n", 0},
		{"sleep 100 & kill $!; wait $!; echo $?", "143\n", 0},
		{"sleep 100 & kill -9 $!; wait $!; echo $?", "137\n", 0},
		{"sleep 100 & kill %1; wait %1; echo $?", "143\n", 0},
		{"while :; do :; done & kill $!; wait $!; echo $?", "143\n", 0},
		{"(trap 'echo bye; exit 5' TERM; while :; do sleep 0.01; done) & sleep 0.1; kill $!; wait $!; echo $?", "bye\n5\n", 0},
		{"sleep 0.05 & jobs; wait; jobs", "[1]+  Running                sleep 0.05\n", 0},
		{"for i in 1 2 3; do (sleep 0.$i; echo $i) & done; wait; echo all", "1\n2\n3\nall\n", 0},
		{"x=$(sleep 0.05 && echo late & echo early); echo $x", "late early\n", 0},
		{"sleep 100 & (sleep 0.01 & wait); echo back", "back\n", 0},
		{"trap 'echo bye $?' EXIT; exit 4", "bye 4\n", 4},
		{"trap 'exit 9' EXIT; true", "", 9},
		{"trap 'echo term' TERM; kill $$; echo after", "term\nafter\n", 0},
		{"trap 'echo int; exit 3' INT; kill -INT 1; echo no", "int\n", 3},
		{"trap '' TERM; kill -TERM 1; echo still", "still\n", 0},
		{"trap 'echo x' TERM; trap - TERM; trap; echo end", "end\n", 0},
		{"trap 'echo \"q\"' TERM HUP; trap", "trap -- 'echo \"q\"' HUP\ntrap -- 'echo \"q\"' TERM\n", 0},
		{"kill $$; echo 1 ignores it", "1 ignores it\n", 0},
		{"kill 99; echo $?", "1\n!sh: can't kill pid 99: No such process\n", 0},
		{"kill -0 $$ && echo alive; kill -l | head -1", "alive\n 1) HUP\n", 0},
		{"trap 'kill 0' EXIT; sleep 100 & true", "", 0},
		{"trap x NOPE", "!sh: trap: NOPE: invalid signal specification\n", 1},
		{"wait 99; echo $?", "127\n!sh: wait: pid 99 is not a child of this shell\n", 0},
		{"trap 'echo t' USR1; (sleep 0.1; kill -USR1 1) & wait; echo $?; wait", "t\n143\n", 0},
		{"sleep 30 & ps | grep ' sleep 30$' | wc -l", "1\n", 0},
		{"sleep 100 & sleep 0.05; pidof sleep; pkill sleep; wait $!; echo $?; pgrep sleep; echo $?", "2\n143\n1\n", 0},
		{"timeout 0.05 sleep 10; echo $?; timeout 5 echo in", "124\nin\n", 0},
	})
}
