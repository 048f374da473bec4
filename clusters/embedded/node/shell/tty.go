package shell

import (
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"driftlab/clusters/embedded/node/shell/proc"
)

const (
	ctrlC     = 3
	ctrlD     = 4
	backspace = 8
	ctrlE     = 5
	ctrlU     = 21
	del       = 127
)

// tty is what a kernel's terminal driver is between a terminal and a shell: it echoes, edits the line, and makes SIGINT of
// Ctrl-C. At the prompt golang.org/x/term does so, with a history; while a command runs, cook does.
type tty struct {
	s        *shell
	keys     chan byte
	editor   *term.Terminal
	aborted  atomic.Bool // was the line at the prompt ended by Ctrl-C?
	hidden   atomic.Bool // read -s
	stuffed  []byte      // keys that the editor gets before the next ones
	leftover []byte      // typed while a command ran, and read by none

	mu   sync.Mutex
	stop func() // interrupts the command that runs; nil at the prompt
}

func newTTY(s *shell) *tty {
	t := &tty{s: s, keys: make(chan byte, 4096)}
	go t.pump()
	t.editor = term.NewTerminal(t, "")
	go t.resize()
	return t
}

// pump reads the terminal for the whole time: Ctrl-C has to be seen while a command runs.
func (t *tty) pump() {
	defer close(t.keys)
	buffer := make([]byte, 1024)
	for {
		n, err := t.s.p.Stdin.Read(buffer)
		for _, b := range buffer[:n] {
			select {
			case t.keys <- b:
			case <-t.s.ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (t *tty) resize() {
	for {
		select {
		case size, ok := <-t.s.p.Size:
			if !ok {
				return
			}
			if size.Width > 0 && size.Height > 0 {
				t.editor.SetSize(int(size.Width), int(size.Height))
			}
		case <-t.s.ctx.Done():
			return
		}
	}
}

// Read gives the editor one key at a time, so that it never reads what the next command is to get.
func (t *tty) Read(b []byte) (int, error) {
	for len(t.stuffed) == 0 {
		select {
		case key, ok := <-t.keys:
			if !ok {
				return 0, io.EOF
			}
			switch key {
			case ctrlC: // the line so far stays visible, its end tells that it is dropped
				t.aborted.Store(true)
				t.stuffed = append([]byte{ctrlE}, "^C\r"...)
			case '\n':
				t.stuffed = []byte{'\r'}
			default:
				t.stuffed = []byte{key}
			}
		case <-t.s.ctx.Done():
			return 0, t.s.ctx.Err()
		}
	}
	b[0] = t.stuffed[0]
	t.stuffed = t.stuffed[1:]
	return 1, nil
}

// Write is the editor's way to the terminal.
func (t *tty) Write(b []byte) (int, error) { return t.s.p.Stdout.Write(b) }

// readLine reads a line at the prompt. ok is false if it was ended by Ctrl-C.
func (t *tty) readLine(prompt string) (line string, ok bool, err error) {
	t.stuffed = append(t.stuffed, t.leftover...)
	t.leftover = nil
	t.editor.SetPrompt(prompt)
	line, err = t.editor.ReadLine()
	if t.aborted.Swap(false) {
		return "", false, nil
	}
	if err == term.ErrPasteIndicator {
		err = nil
	}
	return line, true, err
}

func (t *tty) interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stop != nil {
		t.stop()
	}
}

// hide stops the echo until the returned function is called.
func (t *tty) hide() func() {
	t.hidden.Store(true)
	return func() { t.hidden.Store(false) }
}

// during runs a command line with a terminal as its input.
func (t *tty) during(ctx context.Context, run func(ctx context.Context, stdin *os.File) int) int {
	r, w, err := os.Pipe()
	if err != nil {
		io.WriteString(t.s.p.Stderr, t.s.name()+": "+proc.Message(err)+"\n")
		return 2
	}
	defer r.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.mu.Lock()
	t.stop = func() { cancel(proc.KilledBy(syscall.SIGINT)) }
	t.mu.Unlock()
	done, cooked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(cooked)
		t.cook(done, w)
	}()
	code := run(ctx, r)
	if sig, ok := proc.Killed(ctx); ok {
		code = 128 + int(sig)
	}
	close(done)
	<-cooked
	t.mu.Lock()
	t.stop = nil
	t.mu.Unlock()
	w.Close()
	r.SetReadDeadline(time.Now().Add(time.Second))
	typed, _ := io.ReadAll(io.LimitReader(r, maxLine))
	t.leftover = append(typed, t.leftover...)
	return code
}

// cook edits lines and writes them to the command that runs, until done.
func (t *tty) cook(done <-chan struct{}, w *os.File) {
	var line []byte
	echo := func(text string) {
		if !t.hidden.Load() {
			io.WriteString(t.s.p.Stdout, text)
		}
	}
	send := func() {
		w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)) // a full pipe must not keep Ctrl-C out
		w.Write(line)
		line = nil
	}
	for {
		var key byte
		var ok bool
		select {
		case <-done:
			t.leftover = line
			return
		case key, ok = <-t.keys:
		}
		switch {
		case !ok: // the terminal has gone: the command sees the end of its input
			send()
			w.Close()
			<-done
			return
		case key == '\r' || key == '\n':
			echo("\n")
			line = append(line, '\n')
			send()
		case key == backspace || key == del:
			if len(line) > 0 {
				line = line[:len(line)-1]
				echo("\b \b")
			}
		case key == ctrlU:
			for range line {
				echo("\b \b")
			}
			line = nil
		case key == ctrlC:
			echo("^C\n")
			line = nil
			t.interruptOrTrap()
		case key == ctrlD && len(line) == 0:
			w.Close()
		case key == ctrlD:
			send()
		case len(line) < 4096:
			line = append(line, key)
			echo(string(key))
		}
	}
}

// interruptOrTrap interrupts the command, and lets the shell's handler of SIGINT run if there is one.
func (t *tty) interruptOrTrap() {
	u := t.s.main
	u.mu.Lock()
	_, trapped := u.traps["INT"]
	u.mu.Unlock()
	if trapped {
		u.deliver(syscall.SIGINT)
	}
	t.interrupt()
}
