package present

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// Wall is the side of the lesson. Its methods may be called from any goroutine.
type Wall struct {
	listener net.Listener
	keys     chan string
	done     chan struct{}
	wait     sync.WaitGroup

	mu    sync.Mutex
	state []byte // the last one, as a line
	notes map[net.Conn]bool
}

// maxNotes is how many screens with notes there may be.
const maxNotes = 8

// writeTime is how long a screen with notes may take to hear a state.
const writeTime = time.Second

// Listen opens the socket. One that a killed talk left is taken over.
func Listen(path string) (*Wall, error) {
	if c, err := socket.Dial(context.Background(), path); err == nil {
		c.Close()
		return nil, named("listen on", path, ErrRunning)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := socket.Listen(path)
	if err != nil {
		return nil, named("listen on", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	w := &Wall{listener: l, keys: make(chan string, 1), done: make(chan struct{}), notes: map[net.Conn]bool{}}
	w.wait.Go(w.accept)
	return w, nil
}

// Keys gives the keys that are pressed at the notes; it is closed by Close.
func (w *Wall) Keys() <-chan string { return w.keys }

// Tell says where the wall is now, to all notes and to those that come later.
func (w *Wall) Tell(s State) error {
	s.Schema = Schema
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = append(line, '\n')
	for c := range w.notes {
		w.say(c)
	}
	return nil
}

// say writes the state to one; who does not listen is dropped.
func (w *Wall) say(c net.Conn) {
	c.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := c.Write(w.state); err != nil {
		c.Close() // its reader forgets it
	}
}

// Close ends the talk: notes hear that it is over.
func (w *Wall) Close() error {
	err := w.listener.Close() // removes the socket
	close(w.done)
	w.mu.Lock()
	for c := range w.notes {
		c.Close()
	}
	w.mu.Unlock()
	w.wait.Wait()
	close(w.keys)
	return err
}

func (w *Wall) accept() {
	for {
		c, err := w.listener.Accept()
		if err != nil {
			return
		}
		if !w.add(c) {
			c.Close()
			continue
		}
		w.wait.Go(func() { w.listen(c) })
	}
}

func (w *Wall) add(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.done:
		return false
	default:
	}
	if len(w.notes) >= maxNotes {
		return false
	}
	w.notes[c] = true
	if w.state != nil {
		w.say(c)
	}
	return true
}

// listen passes on the keys of one.
func (w *Wall) listen(c net.Conn) {
	defer func() {
		c.Close()
		w.mu.Lock()
		delete(w.notes, c)
		w.mu.Unlock()
	}()
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var k key
		if json.Unmarshal(lines.Bytes(), &k) != nil || !k.allowed() {
			return
		}
		select {
		case w.keys <- k.Press:
		case <-w.done:
			return
		}
	}
}
