//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

const (
	idleTime       = 30 * time.Second // a connection may say nothing for so long
	maxConnections = 100
)

// contentTypes are the kinds of files by the end of their names.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript",
	".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".json": "application/json",
	".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".svg": "image/svg+xml",
}

// httpd serves the files of a directory, in the foreground.
func httpd(c *call) int {
	o, words, ok := c.options("fp:h:v")
	if !ok {
		return 1
	}
	if len(words) > 0 {
		return c.usage()
	}
	root, err := os.OpenRoot(o.value('h', "."))
	if err != nil {
		return c.complain(o.value('h', "."), err)
	}
	defer root.Close()
	address := o.value('p', "80")
	if !strings.Contains(address, ":") {
		address = ":" + address
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return c.fail(1, "bind %s: %s", address, netReason(err))
	}
	fmt.Fprintf(c.err, "httpd: serving %s on %s\n", c.shown(c.err, o.value('h', ".")), l.Addr())
	return c.fail(1, "accept: %s", netReason(serve(l, root)))
}

// serve answers until the listener fails. Links that lead out of the directory
// are not followed.
func serve(l net.Listener, root *os.Root) error {
	free := make(chan struct{}, maxConnections)
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		free <- struct{}{}
		go func() {
			defer func() { conn.Close(); <-free }()
			r := bufio.NewReaderSize(conn, maxLine)
			for answer(conn, r, root) {
			}
		}()
	}
}

// answer answers one request and tells whether the connection stays.
func answer(conn net.Conn, r *bufio.Reader, root *os.Root) bool {
	conn.SetDeadline(time.Now().Add(idleTime))
	first, headers, err := readHead(r)
	if errors.Is(err, errHTTP) {
		return refuse(conn, 400, false)
	}
	if err != nil {
		return false
	}
	words := strings.Fields(first)
	if len(words) != 3 || !strings.HasPrefix(words[2], "HTTP/1.") {
		return refuse(conn, 400, false)
	}
	keep := words[2] == "HTTP/1.1" && !strings.EqualFold(headers["connection"], "close")
	if headers["content-length"] != "" || headers["transfer-encoding"] != "" {
		keep = false // nothing here reads what is sent along
	}
	if words[0] != "GET" && words[0] != "HEAD" {
		return refuse(conn, 405, keep)
	}
	target, err := url.ParseRequestURI(words[1])
	if err != nil {
		return refuse(conn, 400, keep)
	}
	return send(conn, root, target.Path, words[0] == "HEAD", keep)
}

var statusWords = map[int]string{200: "OK", 301: "Moved Permanently", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error"}

// refuse answers with a status and its words.
func refuse(w io.Writer, status int, keep bool) bool {
	text := fmt.Sprintf("%d %s\n", status, statusWords[status])
	respond(w, status, "text/plain; charset=utf-8", int64(len(text)), keep)
	io.WriteString(w, text)
	return keep
}

func respond(w io.Writer, status int, kind string, length int64, keep bool, more ...string) {
	connection := "close"
	if keep {
		connection = "keep-alive"
	}
	headers := []string{"Server", "tiny httpd", "Content-Type", kind, "Content-Length", strconv.FormatInt(length, 10), "Connection", connection}
	writeHead(w, fmt.Sprintf("HTTP/1.1 %d %s", status, statusWords[status]), append(headers, more...)...)
}

// send sends a file, or what is in a directory.
func send(conn net.Conn, root *os.Root, target string, headOnly, keep bool) bool {
	name := strings.TrimPrefix(path.Clean("/"+target), "/")
	if name == "" {
		name = "."
	}
	f, err := root.Open(name)
	if err != nil {
		return refuse(conn, statusOf(err), keep)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return refuse(conn, 500, keep)
	}
	switch {
	case info.IsDir() && !strings.HasSuffix(target, "/"):
		respond(conn, 301, "text/plain", 0, keep, "Location", (&url.URL{Path: path.Clean("/"+target) + "/"}).EscapedPath())
		return keep
	case info.IsDir():
		return sendDirectory(conn, root, name, headOnly, keep)
	case !info.Mode().IsRegular():
		return refuse(conn, 403, keep)
	}
	return sendFile(conn, f, info, headOnly, keep)
}

// statusOf is the status for a file that cannot be opened.
func statusOf(err error) int {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return 403
	case errors.Is(err, fs.ErrNotExist):
		return 404
	}
	return 403 // a link that leads out
}

func sendFile(conn net.Conn, f *os.File, info fs.FileInfo, headOnly, keep bool) bool {
	kind, ok := contentTypes[strings.ToLower(path.Ext(info.Name()))]
	if !ok {
		kind = "application/octet-stream"
	}
	respond(conn, 200, kind, info.Size(), keep)
	if headOnly {
		return keep
	}
	n, err := io.Copy(progress{conn}, io.LimitReader(f, info.Size()))
	return keep && err == nil && n == info.Size()
}

// progress lets a transfer go on as long as something moves.
type progress struct{ net.Conn }

func (p progress) Write(b []byte) (int, error) {
	p.SetDeadline(time.Now().Add(idleTime))
	return p.Conn.Write(b)
}

// sendDirectory sends index.html, or a list of the names.
func sendDirectory(conn net.Conn, root *os.Root, name string, headOnly, keep bool) bool {
	if f, err := root.Open(path.Join(name, "index.html")); err == nil {
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return sendFile(conn, f, info, headOnly, keep)
		}
	}
	entries, err := fs.ReadDir(root.FS(), name)
	if err != nil {
		return refuse(conn, statusOf(err), keep)
	}
	var b strings.Builder
	b.WriteString("<!doctype html>\n<title>Index</title>\n<ul>\n")
	for _, e := range entries {
		label := e.Name()
		if e.IsDir() {
			label += "/"
		}
		fmt.Fprintf(&b, "<li><a href=\"./%s\">%s</a>\n", html.EscapeString((&url.URL{Path: label}).EscapedPath()), html.EscapeString(label))
	}
	b.WriteString("</ul>\n")
	respond(conn, 200, "text/html; charset=utf-8", int64(b.Len()), keep)
	if !headOnly {
		io.WriteString(conn, b.String())
	}
	return keep
}
