//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// HTTP as far as httpd and wget need it; RFC 9112. Header names are kept in
// lower case. Lines and headers are bounded: the other side is not trusted.

const (
	maxLine    = 8 << 10 // bytes
	maxHeaders = 100
)

var errHTTP = errors.New("malformed HTTP")

// readHead reads the first line and the headers.
func readHead(r *bufio.Reader) (first string, headers map[string]string, err error) {
	if first, err = readLine(r); err != nil {
		return "", nil, err
	}
	headers = map[string]string{}
	for range maxHeaders {
		line, err := readLine(r)
		if err != nil {
			return "", nil, err
		}
		if line == "" {
			return first, headers, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return "", nil, errHTTP
		}
		headers[strings.ToLower(name)] = strings.TrimSpace(value)
	}
	return "", nil, errHTTP
}

// readLine reads a line without its end. The reader's buffer bounds it.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errHTTP
	case err == io.EOF && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// body is what follows the head: of a known length, in chunks, or up to the
// end of the connection.
func body(r *bufio.Reader, headers map[string]string) (io.Reader, error) {
	if strings.EqualFold(headers["transfer-encoding"], "chunked") {
		return &chunked{r: r}, nil
	}
	text, ok := headers["content-length"]
	if !ok {
		return r, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, errHTTP
	}
	return &exactly{r, n}, nil
}

// exactly reads n bytes; fewer are an error.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// chunked reads a body in chunks; RFC 9112, 7.1.
type chunked struct {
	r     *bufio.Reader
	chunk *exactly
	begun bool
}

func (c *chunked) Read(b []byte) (int, error) {
	for c.chunk == nil || c.chunk.left == 0 {
		if c.begun {
			if _, err := readLine(c.r); err != nil { // the end of the chunk before
				return 0, unexpected(err)
			}
		}
		c.begun = true
		line, err := readLine(c.r)
		if err != nil {
			return 0, unexpected(err)
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 63)
		if err != nil || n < 0 {
			return 0, errHTTP
		}
		if n == 0 {
			return 0, io.EOF
		}
		c.chunk = &exactly{c.r, n}
	}
	return c.chunk.Read(b)
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// writeHead writes the first line and headers, given as names and values in
// turn.
func writeHead(w io.Writer, first string, headers ...string) {
	fmt.Fprintf(w, "%s\r\n", first)
	for i := 0; i+1 < len(headers); i += 2 {
		fmt.Fprintf(w, "%s: %s\r\n", headers[i], headers[i+1])
	}
	io.WriteString(w, "\r\n")
}
