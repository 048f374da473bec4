package shell_test

import (
	"syscall"
	"testing"
	"time"

	"driftlab/clusters/embedded/node/program"
)

func child(p *program.Process) { p.PID = 7 }

func TestSignals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*program.Process)
		args   []string
		until  string // in the output, before the signal
		sig    syscall.Signal
		code   int
		output string
	}{
		{"wait is interrupted", nil, []string{"sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; sleep 100 & wait"}, "up", syscall.SIGTERM, 3, "bye"},
		{"wait for a PID is interrupted", nil, []string{"sh", "-c", "trap 'echo bye; kill $!; exit 0' TERM; echo up; sleep 100 & wait $!"}, "up", syscall.SIGTERM, 0, "bye"},
		{"loops see it", nil, []string{"sh", "-c", "trap 'echo bye; exit 4' TERM; echo up; while true; do sleep 0.05; done"}, "up", syscall.SIGTERM, 4, "bye"},
		{"output of a handler is not redirected", nil, []string{"sh", "-c", "trap 'echo bye; exit 4' TERM; echo up; while :; do sleep 0.02 > /dev/null; done"}, "up", syscall.SIGTERM, 4, "bye"},
		{"a foreground command ends first", nil, []string{"sh", "-c", "trap 'echo bye' TERM; echo up; sleep 0.3; echo slept"}, "up", syscall.SIGTERM, 0, "bye\nslept"},
		{"EXIT runs after a signal's exit", nil, []string{"sh", "-c", "trap 'echo end' EXIT; trap 'exit 5' TERM; echo up; sleep 9 & wait"}, "up", syscall.SIGTERM, 5, "end"},
		{"read is interrupted", nil, []string{"sh", "-c", "trap 'echo bye; exit 6' USR1; echo up; read x"}, "up", syscall.SIGUSR1, 6, "bye"},
		{"a child shell ends", child, []string{"sh", "-c", "echo up; sleep 100; echo no"}, "up", syscall.SIGTERM, 143, ""},
		{"a child shell ends on INT", child, []string{"sh", "-c", "echo up; while :; do :; done"}, "up", syscall.SIGINT, 130, ""},
		{"a child command ends", child, []string{"sleep", "100"}, "", syscall.SIGTERM, 143, ""},
		{"exec hands signals over", nil, []string{"sh", "-c", "echo up; exec sh -c 'trap \"echo inner; exit 8\" TERM; echo ready; sleep 9 & wait'"}, "ready", syscall.SIGTERM, 8, "inner"},
		{"the last command gets them", nil, []string{"sh", "-c", "sh -c 'trap \"echo inner; exit 8\" TERM; echo ready; sleep 9 & wait'"}, "ready", syscall.SIGTERM, 8, "inner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.change, c.args...)
			s.out.waitFor(t, c.until)
			time.Sleep(50 * time.Millisecond)
			s.signals <- c.sig
			s.ends(t, c.code)
			s.out.waitFor(t, c.output)
		})
	}
}

func TestFirstProcessIgnoresSignals(t *testing.T) {
	for _, args := range [][]string{
		{"sh", "-c", "echo up; while true; do sleep 1; done"}, {"sh", "-c", "sleep 100"}, {"sh", "-c", "exec sleep 100"}, {"sleep", "100"},
		{"sh", "-c", "trap 'echo later' TERM; sleep 100"},
	} {
		s := start(t, nil, args...)
		time.Sleep(100 * time.Millisecond)
		s.signals <- syscall.SIGTERM
		select {
		case code := <-s.code:
			t.Errorf("%q ended with %d", args, code)
		case <-time.After(200 * time.Millisecond):
		}
		s.cancel()
		s.ends(t, 137)
	}
}
