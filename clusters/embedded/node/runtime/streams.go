package runtime

import (
	"io"
	"slices"
	"sync"
)

// tee writes to a log and to whoever is attached. Who cannot take it any more is left out.
type tee struct {
	mu sync.Mutex
	to []io.Writer
}

func (t *tee) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = slices.DeleteFunc(t.to, func(w io.Writer) bool {
		_, err := w.Write(b)
		return err != nil
	})
	return len(b), nil
}

func (t *tee) attach(w io.Writer) func() {
	if w == nil {
		return func() {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = append(t.to, w)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.to = slices.DeleteFunc(t.to, func(other io.Writer) bool { return other == w })
	}
}

// stdin is what a container reads. Without "stdin: true" it is at its end; with it, reading waits for who attaches.
type stdin struct {
	*io.PipeReader
	writer *io.PipeWriter
}

func newStdin(open bool) *stdin {
	r, w := io.Pipe()
	if !open {
		w.Close()
	}
	return &stdin{r, w}
}

// end is the end of what is read: who was attached is gone, and nobody may attach again (stdinOnce).
func (s *stdin) end() { s.writer.Close() }

func (s *stdin) Close() error {
	s.writer.Close()
	return s.PipeReader.Close()
}
