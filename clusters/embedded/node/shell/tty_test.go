package shell_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/program"
)

func terminal(p *program.Process) { p.TTY, p.PID, p.Stderr = true, 9, p.Stdout }

// dialogue types texts, each after what must have been shown before it.
func dialogue(t *testing.T, s *started, steps ...string) {
	t.Helper()
	for i := 0; i+1 < len(steps); i += 2 {
		s.out.waitFor(t, steps[i])
		if _, err := fmt.Fprint(s.stdin, steps[i+1]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTerminal(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string
		shows []string
		code  int
	}{
		{"a prompt and an echo", []string{"/ # ", "echo a''b\r", "ab\r\n/ # ", "exit 3\r"}, []string{"echo a''b", "\r\nab\r\n/ # "}, 3},
		{"Ctrl-D ends it", []string{"/ # ", "\x04"}, nil, 0},
		{"the exit code stays", []string{"/ # ", "false\r", "false\r\n/ # ", "\x04"}, nil, 1},
		{"backspace", []string{"/ # ", "echo ax\x7f\x7fbc\r", "bc\r\n", "exit\r"}, []string{"\r\nbc\r\n"}, 0},
		{"a newline is enter, too", []string{"/ # ", "echo $((6*7))\n", "42\r\n", "exit\n"}, nil, 0},
		{"Ctrl-C drops a line", []string{"/ # ", "echo nope\x03", "^C", "echo $((1+1))\r", "2\r\n", "exit\r"}, nil, 0},
		{"Ctrl-C ends a command", []string{"/ # ", "sleep 100\r", "sleep 100\r\n", "\x03", "^C\r\n/ # ", "echo after\r", "\r\nafter", "exit 0\r"}, nil, 0},
		{"Ctrl-C ends a loop", []string{"/ # ", "while :; do :; done\r", "done\r\n", "\x03", "^C\r\n/ # ", "exit 0\r"}, nil, 0},
		{"history", []string{"/ # ", "echo $((3*5))\r", "15\r\n/ # ", "\x1b[A\r", "15\r\n/ # echo $((3*5))\r\n15\r\n", "exit\r"}, nil, 0},
		{"many lines", []string{"/ # ", "for i in 1 2; do\r", "> ", "echo n$i\r", "n$i\r\n> ", "done\r", "n1\r\nn2\r\n", "exit\r"}, nil, 0},
		{"input for a command", []string{"/ # ", "cat\r", "cat\r\n", "typed\r", "typed\r\ntyped\r\n", "\x04", "typed\r\n/ # ", "exit\r"}, nil, 0},
		{"read", []string{"/ # ", "read x; echo got $x\r", "$x\r\n", "wore\x7fd\r", "got word\r\n", "exit\r"}, nil, 0},
		{"cd changes the prompt", []string{"/ # ", "cd /tmp\r", "/tmp # ", "cd\r", "~ # ", "exit\r"}, nil, 0},
		{"jobs", []string{"/ # ", "sleep 100 &\r", "&\r\n/ # ", "jobs\r", "Running                sleep 100\r\n", "kill %1; wait %1; echo $?\r", "143\r\n", "exit\r"}, nil, 0},
		{"mistakes do not end it", []string{"/ # ", "echo )\r", "syntax error", "nope\r", "nope: not found\r\n", "cd /nope\r", "can't cd", "exec nope\r", "nope: not found\r\n/ # ", "exit 2\r"}, nil, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, terminal, "sh")
			dialogue(t, s, c.steps...)
			s.ends(t, c.code)
			for _, text := range c.shows {
				if !strings.Contains(s.out.String(), text) {
					t.Errorf("no %q in %q", text, s.out.String())
				}
			}
			if strings.Contains(strings.ReplaceAll(s.out.String(), "\r\n", ""), "\n") {
				t.Errorf("a bare newline in %q", s.out.String())
			}
		})
	}
}

func TestTerminalGoesAway(t *testing.T) {
	for _, typed := range []string{"", "sleep 100\r", "cat\r"} {
		s := start(t, terminal, "sh")
		s.out.waitFor(t, "/ # ")
		fmt.Fprint(s.stdin, typed)
		time.Sleep(50 * time.Millisecond)
		if typed == "sleep 100\r" {
			s.cancel()
			s.ends(t, 137)
			continue
		}
		s.stdin.Close()
		s.ends(t, 0)
	}
}
