package present

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// Notes is the side of the speaker. Hear and Press may be called from two
// goroutines.
type Notes struct {
	conn  net.Conn
	lines *bufio.Scanner
}

// Dial connects to the talk.
func Dial(path string) (*Notes, error) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	c, err := socket.Dial(ctx, path)
	if err != nil {
		return nil, named("connect to the talk at", path, err)
	}
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, maxLine)
	return &Notes{c, lines}, nil
}

// Hear waits for the next state. io.EOF says that the talk is over.
func (n *Notes) Hear() (State, error) {
	var s State
	if !n.lines.Scan() {
		if err := n.lines.Err(); err != nil && !errors.Is(err, net.ErrClosed) {
			return s, err
		}
		return s, io.EOF
	}
	if err := json.Unmarshal(n.lines.Bytes(), &s); err != nil {
		return s, err
	}
	if s.Schema != Schema {
		return s, errors.New("the lesson is presented by another version of tentpole")
	}
	return s, nil
}

// Press presses a key on the wall. Those that are not Keys do nothing.
func (n *Notes) Press(name string) error {
	k := key{Schema, name}
	if !k.allowed() {
		return nil
	}
	line, err := json.Marshal(k)
	if err != nil {
		return err
	}
	n.conn.SetWriteDeadline(time.Now().Add(writeTime))
	_, err = n.conn.Write(append(line, '\n'))
	return err
}

// Close leaves the talk.
func (n *Notes) Close() error { return n.conn.Close() }
