package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// patience is how long an engine may take to say that it is there; longest is
// how long it may take for anything else.
const (
	patience = 2500 * time.Millisecond
	longest  = time.Minute
)

// answerLimit bounds an answer, in bytes.
const answerLimit = 8 << 20

// connection is a way to an engine. Subjects of one family share it.
type connection struct {
	engine *Engine
	socket string
	http   http.Client
	// end ends what was started to make the connection; nil for nothing.
	end  func() error
	uses uses
}

func (e *Engine) connection(socket string) *connection {
	c := &connection{engine: e, socket: socket}
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
		MaxIdleConns: 4, IdleConnTimeout: longest}
	return c
}

func (c *connection) dial(ctx context.Context) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", c.socket)
}

// request is one that is made of an engine.
type request struct {
	did    string // what it asks for, in words: "create a container"
	method string
	path   string
	query  url.Values
	body   any       // sent as JSON
	stream io.Reader // sent as a tar, instead of body
}

func (r request) make(ctx context.Context) (*http.Request, error) {
	body, kind := r.stream, "application/x-tar"
	if body == nil {
		text := []byte{}
		if r.body != nil {
			var err error
			if text, err = json.Marshal(r.body); err != nil {
				return nil, err
			}
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	// The host's name means nothing; it must be there.
	q, err := http.NewRequestWithContext(ctx, r.method, "http://engine"+r.path+"?"+r.query.Encode(), body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", kind)
	return q, nil
}

// do makes a request and decodes the answer into answer, which may be nil.
func (c *connection) do(ctx context.Context, r request, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	q, err := r.make(ctx)
	if err != nil {
		return err
	}
	got, err := c.http.Do(q)
	if err != nil {
		return c.failed(ctx, err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, answerLimit))
	switch {
	case err != nil:
		return c.failed(ctx, err)
	case got.StatusCode >= 300:
		return c.refused(r.did, got.StatusCode, message(text))
	case answer == nil:
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return c.refused(r.did, got.StatusCode, fmt.Sprintf("what is not its JSON: %.100q", text))
	}
	return nil
}

// failed keeps a person's own impatience apart from the engine's trouble.
func (c *connection) failed(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return c.engine.trouble(c.socket, err)
}

// message is what an engine says of what it refuses.
func message(text []byte) string {
	var said struct{ Message string }
	if json.Unmarshal(text, &said) == nil && said.Message != "" {
		return said.Message
	}
	return fmt.Sprintf("%.300s", text)
}

// stream is a connection that was a request and now carries bytes both ways.
type stream struct {
	*net.UnixConn
	from *bufio.Reader
}

func (s *stream) Read(p []byte) (int, error) { return s.from.Read(p) }

// hijack makes a request whose connection then carries a process's standard
// input one way and its output the other. The caller closes it.
func (c *connection) hijack(ctx context.Context, r request) (*stream, error) {
	within, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	q, err := r.make(within)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Connection", "Upgrade")
	q.Header.Set("Upgrade", "tcp")
	conn, err := c.dial(within)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	stop := context.AfterFunc(within, func() { conn.SetDeadline(time.Unix(1, 0)) })
	s := &stream{conn.(*net.UnixConn), bufio.NewReader(conn)}
	err = c.upgrade(s, q, r.did)
	if !stop() && err == nil {
		err = within.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// upgrade sends the request and hears that the connection is the caller's.
func (c *connection) upgrade(s *stream, q *http.Request, did string) error {
	if err := q.Write(s.UnixConn); err != nil {
		return c.failed(q.Context(), err)
	}
	got, err := http.ReadResponse(s.from, q)
	if err != nil {
		return c.failed(q.Context(), err)
	}
	if got.StatusCode != http.StatusSwitchingProtocols && got.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(got.Body, answerLimit))
		return c.refused(did, got.StatusCode, message(text))
	}
	return nil
}
