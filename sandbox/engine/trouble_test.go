//go:build unix

package engine

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestTroubles: an engine that is missing, stopped, refuses, hangs or is none is
// a sentence with what to do, and says so before anybody loses patience.
func TestTroubles(t *testing.T) {
	type row struct {
		name  string
		make  func(t *testing.T, socket string)
		is    error
		words []string
	}
	rows := []row{
		{"no socket", func(*testing.T, string) {}, syscall.ENOENT, []string{"no such file", "systemctl start docker"}},
		{"stopped", abandoned, syscall.ECONNREFUSED, []string{"connection refused", "systemctl start docker"}},
		{"hanging", silent, context.DeadlineExceeded, []string{"no answer within", "systemctl restart docker"}},
		{"ends", says(""), nil, []string{"DOCKER_HOST"}},
		{"no engine", says("SSH-2.0-OpenSSH_9.2\r\n"), nil, []string{"DOCKER_HOST"}},
		{"in trouble itself", says("HTTP/1.1 500 Oops\r\nContent-Length: 22\r\n\r\n{\"message\":\"no disk\x1b\"}"), nil, []string{"500", "no disk"}},
	}
	if os.Geteuid() != 0 { // who may write to every socket
		rows = append(rows, row{"forbidden", forbidden, syscall.EACCES, []string{"permission denied", "group"}})
	}
	for _, c := range rows {
		t.Run(c.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "engine") // t.TempDir is too long for a socket
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			socket := filepath.Join(dir, "s")
			t.Setenv("DOCKER_HOST", "unix://"+socket)
			c.make(t, socket)
			begin := time.Now()
			err = Docker.Probe(context.Background())
			if err == nil {
				t.Fatal("it answers")
			}
			if c.is != nil && (!errors.Is(err, c.is) || !errors.Is(err, sandbox.ErrNotSupported)) {
				t.Errorf("%v is not %v", err, c.is)
			}
			for _, word := range c.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
			if strings.ContainsAny(err.Error(), "\x1b\n") {
				t.Errorf("%q is not fit for a terminal", err)
			}
			if waited := time.Since(begin); waited > 2*patience {
				t.Errorf("it took %v", waited)
			}
		})
	}
}

// TestMissing: what is not installed is named with the command that installs it.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, e := range []*Engine{Docker, Podman} {
		t.Setenv(e.variable, "")
		e := *e
		e.sockets = func() []string { return []string{""} }
		err := e.Probe(context.Background())
		if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "install it: apt-get install "+map[string]string{"docker": "docker.io", "podman": "podman"}[e.Name]) {
			t.Errorf("%v", err)
		}
	}
}

// TestElsewhere: an engine on another machine is not asked.
func TestElsewhere(t *testing.T) {
	t.Setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
	if err := Docker.Probe(context.Background()); !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("%v", err)
	}
}

// abandoned is a socket that nobody listens at any more.
func abandoned(t *testing.T, socket string) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

// forbidden is a socket that may not be written to.
func forbidden(t *testing.T, socket string) {
	abandoned(t, socket)
	if err := os.Chmod(socket, 0); err != nil {
		t.Fatal(err)
	}
}

// silent accepts and never answers.
func silent(t *testing.T, socket string) { listen(t, socket, func(net.Conn) {}) }

// says answers that, whatever it is asked, and hangs up.
func says(text string) func(*testing.T, string) {
	return func(t *testing.T, socket string) {
		listen(t, socket, func(c net.Conn) {
			c.Read(make([]byte, 1))
			c.Write([]byte(text))
			c.Close()
		})
	}
}

// listen serves until the end of the test.
func listen(t *testing.T, socket string, serve func(net.Conn)) {
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			serve(c)
		}
	}()
}
