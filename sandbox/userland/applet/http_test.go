//go:build linux

package applet

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBody(t *testing.T) {
	for _, c := range []struct {
		headers, body, want string
		err                 error
	}{
		{"content-length: 3", "abcdef", "abc", nil},
		{"content-length: 9", "abc", "abc", io.ErrUnexpectedEOF},
		{"content-length: -1", "", "", errHTTP},
		{"x: y", "all of it", "all of it", nil},
		{"Transfer-Encoding: chunked", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde", nil},
		{"Transfer-Encoding: chunked", "3\r\nab", "ab", io.ErrUnexpectedEOF},
		{"Transfer-Encoding: chunked", "zz\r\n", "", errHTTP},
		{"Transfer-Encoding: chunked", "-1\r\n", "", errHTTP},
		{"Transfer-Encoding: chunked", "3\r\nabc\r\n", "abc", io.ErrUnexpectedEOF},
	} {
		r := bufio.NewReaderSize(strings.NewReader("HTTP/1.1 200 OK\r\n"+c.headers+"\r\n\r\n"+c.body), maxLine)
		_, headers, err := readHead(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := body(r, headers)
		got := []byte{}
		if err == nil {
			got, err = io.ReadAll(b)
		}
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s, %q: %q, %v", c.headers, c.body, got, err)
		}
	}
}

func TestHeadIsBounded(t *testing.T) {
	for _, head := range []string{
		"GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", maxHeaders+1) + "\r\n",
		"GET / HTTP/1.1\r\na: " + strings.Repeat("x", maxLine) + "\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n",
	} {
		if _, _, err := readHead(bufio.NewReaderSize(strings.NewReader(head), maxLine)); !errors.Is(err, errHTTP) {
			t.Errorf("%.40q…: %v", head, err)
		}
	}
}

// site starts httpd on a free port of the loopback and returns its address.
func site(t *testing.T) (address, dir string) {
	t.Helper()
	dir = makeFiles(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- serve(l, root) }()
	t.Cleanup(func() { l.Close(); <-ended; root.Close() })
	return l.Addr().String(), dir
}

// TestHttpd asks with Go's own client.
func TestHttpd(t *testing.T) {
	address, dir := site(t)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, "page.html"), []byte("<p>"), 0o644)
	os.WriteFile(filepath.Join(dir, `<b>"&`), nil, 0o644)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/one", 200, "first\nsecond\n"}, {"/dir/inner/deep", 200, "x"}, {"/page.html", 200, "<p>"},
		{"/none", 404, "404 Not Found\n"}, {"/out", 403, "403 Forbidden\n"}, {"/../../../etc/passwd", 404, "404 Not Found\n"},
		{"/", 200, "&lt;b&gt;&#34;&amp;"}, {"/dir", 200, "inner/"},
	} {
		resp, err := client.Get("http://" + address + c.path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.status || !strings.Contains(string(b), c.body) || err != nil {
			t.Errorf("%s: %d %q, %v", c.path, resp.StatusCode, b, err)
		}
	}
	resp, err := client.Head("http://" + address + "/one")
	if err != nil || resp.ContentLength != 13 {
		t.Errorf("HEAD: %v, %v", resp, err)
	}
	resp, err = client.Post("http://"+address+"/one", "text/plain", strings.NewReader("x"))
	if err != nil || resp.StatusCode != 405 {
		t.Errorf("POST: %v, %v", resp, err)
	}
	resp.Body.Close()
}

func TestHttpdRefusesNoise(t *testing.T) {
	address, _ := site(t)
	for _, noise := range []string{"hello\r\n\r\n", "GET one\r\n\r\n", "GET :::bad HTTP/1.1\r\n\r\n", "GET / SPDY/3\r\n\r\n"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, strings.Replace(noise, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		b, err := io.ReadAll(conn)
		conn.Close()
		if !strings.HasPrefix(string(b), "HTTP/1.1 400 Bad Request\r\n") {
			t.Errorf("%q: %q, %v", noise, b, err)
		}
	}
}

// TestWget fetches from Go's own server.
func TestWget(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunks":
			io.WriteString(w, "one ")
			w.(http.Flusher).Flush()
			io.WriteString(w, "two")
		case "/again":
			http.Redirect(w, r, "/chunks?x=y", http.StatusFound)
		case "/for-ever":
			http.Redirect(w, r, "/for-ever", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	for _, c := range []struct {
		args     []string
		out, err string
		status   int
	}{
		{[]string{"-q", "-O", "-", server.URL + "/chunks"}, "one two", "", 0},
		{[]string{"-qO-", server.URL + "/again"}, "one two", "", 0},
		{[]string{"-q", server.URL + "/for-ever"}, "", "wget: too many redirections\n", 1},
		{[]string{"-q", server.URL + "/none"}, "", "wget: server returned error: HTTP/1.1 404 Not Found\n", 1},
		{[]string{"-q", server.URL + "/chunks"}, "", "", 0},
		{[]string{"-q", server.URL + "/chunks"}, "", "wget: can't open 'chunks': File exists\n", 1},
	} {
		got := run(t, dir, "", append([]string{"wget"}, c.args...)...)
		if got.out != c.out || got.err != c.err || got.status != c.status {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
	if b, err := os.ReadFile(dir + "/chunks"); string(b) != "one two" {
		t.Errorf("saved %q, %v", b, err)
	}
}
