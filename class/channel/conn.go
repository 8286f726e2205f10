package channel

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"time"
)

// patience is how long the other side may take to read a line.
const patience = 2 * time.Second

// Conn carries a JSON object a line. One goroutine may send and another receive.
type Conn struct {
	conn  net.Conn
	lines *bufio.Scanner
}

// NewConn makes one that takes lines of up to max bytes.
func NewConn(c net.Conn, max int) *Conn {
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, max)
	return &Conn{c, lines}
}

// Send says one thing. An error is final.
func (c *Conn) Send(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := c.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err = c.conn.Write(append(text, '\n'))
	return err
}

// Receive waits for the next thing. The end of the conversation is io.EOF; a line
// that is too long, or no JSON, is an error, and final.
func (c *Conn) Receive(to any) error {
	if c.lines.Scan() {
		return json.Unmarshal(c.lines.Bytes(), to)
	}
	if err := c.lines.Err(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return io.EOF
}

// Close ends the conversation.
func (c *Conn) Close() error { return c.conn.Close() }
