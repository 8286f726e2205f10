//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"
)

const maxRedirects = 5

// response is an answer whose body has not been read yet.
type response struct {
	status  string // 200 OK
	headers map[string]string
	body    io.Reader
	conn    net.Conn
}

// wget fetches a file over HTTP. There is no TLS: the tiny root has no
// certificates to trust.
func wget(c *call) int {
	o, words, ok := c.options("qSO:T:")
	if !ok {
		return 1
	}
	timeout, ok := seconds(o.value('T', "30"))
	if len(words) != 1 || !ok || timeout <= 0 {
		return c.usage()
	}
	text := words[0]
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return c.fail(1, "bad address '%s'", words[0])
	}
	resp, err := c.fetch(u, timeout, o)
	if err != nil {
		return c.fail(1, "%s", fetchReason(u, err))
	}
	defer resp.conn.Close()
	if !strings.HasPrefix(resp.status, "2") {
		return c.fail(1, "server returned error: HTTP/1.1 %s", resp.status)
	}
	return c.save(u, resp, o)
}

func fetchReason(u *url.URL, err error) string {
	var told said
	if errors.As(err, &told) {
		return string(told)
	}
	return fmt.Sprintf("can't connect to remote host (%s): %s", u.Host, netReason(err))
}

// fetch asks for a document, and again where the answer points elsewhere.
func (c *call) fetch(u *url.URL, timeout time.Duration, o options) (*response, error) {
	for range maxRedirects {
		resp, err := c.request(u, timeout, o)
		if err != nil {
			return nil, err
		}
		location := resp.headers["location"]
		if !strings.HasPrefix(resp.status, "3") || location == "" {
			return resp, nil
		}
		resp.conn.Close()
		next, err := u.Parse(location)
		if err != nil {
			return nil, said("redirected to a bad address")
		}
		*u = *next
	}
	return nil, said("too many redirections")
}

func (c *call) request(u *url.URL, timeout time.Duration, o options) (*response, error) {
	if u.Scheme != "http" {
		return nil, said("not an http url: " + u.String())
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "80")
	}
	conn, err := dial("tcp", address, timeout)
	if err != nil {
		return nil, err
	}
	if !o.has('q') {
		fmt.Fprintf(c.err, "Connecting to %s (%s)\n", c.shown(c.err, u.Host), conn.RemoteAddr())
	}
	conn.SetDeadline(time.Now().Add(timeout))
	writeHead(conn, "GET "+u.RequestURI()+" HTTP/1.1", "Host", u.Host, "User-Agent", "Wget", "Connection", "close")
	r := bufio.NewReaderSize(patient{conn, timeout}, maxLine)
	first, headers, err := readHead(r)
	_, status, ok := strings.Cut(first, " ")
	if err == nil && (!ok || !strings.HasPrefix(first, "HTTP/1.")) {
		err = errHTTP
	}
	if err == nil {
		var b io.Reader
		if b, err = body(r, headers); err == nil {
			c.showHeaders(o, first, headers)
			return &response{status, headers, b, conn}, nil
		}
	}
	conn.Close()
	return nil, said("error getting response: " + netReason(err))
}

func (c *call) showHeaders(o options, first string, headers map[string]string) {
	if !o.has('S') {
		return
	}
	fmt.Fprintf(c.err, "  %s\n", c.shown(c.err, first))
	for name, value := range headers {
		fmt.Fprintf(c.err, "  %s\n", c.shown(c.err, name+": "+value))
	}
}

// patient waits for each piece as long as for the first.
type patient struct {
	net.Conn
	timeout time.Duration
}

func (p patient) Read(b []byte) (int, error) {
	p.SetDeadline(time.Now().Add(p.timeout))
	return p.Conn.Read(b)
}

// save writes the body to the named file, or prints it.
func (c *call) save(u *url.URL, resp *response, o options) int {
	name := o.value('O', "")
	if name == "" {
		if name = path.Base(u.Path); name == "/" || name == "." {
			name = "index.html"
		}
	}
	if name == "-" {
		if err := c.pour(resp.body); err != nil {
			return c.fail(1, "read: %s", netReason(err))
		}
		return 0
	}
	mode := os.O_EXCL // an address must not choose which file is lost
	if o.has('O') {
		mode = os.O_TRUNC
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o666)
	if err != nil {
		return c.fail(1, "can't open '%s': %s", name, reason(err))
	}
	n, err := io.Copy(f, resp.body)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return c.fail(1, "%s: %s", name, netReason(err))
	}
	if !o.has('q') {
		fmt.Fprintf(c.err, "'%s' saved, %d bytes\n", c.shown(c.err, name), n)
	}
	return 0
}
