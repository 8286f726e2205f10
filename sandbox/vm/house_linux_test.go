package vm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/vm/tent"
)

// TestTent: a sandbox in the machine has namespaces of its own, apart from the
// init's, and the machine's kernel.
func TestTent(t *testing.T) {
	m := machine(t)
	b, err := m.Tent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"ns.mount", "ns.uts", "ns.ipc", "ns.pid", "ns.net", "ns.user", "ns.cgroup", "ns.time"} {
		if row, ok := b.Row(id); !ok || row.Word != facts.Own || row.Host == row.Inside {
			t.Errorf("%s: %+v", id, row)
		}
	}
	if row, _ := b.Row("hostname"); row.Host == "tent" || row.Inside != "tent" {
		t.Errorf("%+v", row)
	}
	if _, ok := b.Row("boot_id"); ok {
		t.Error("it has another kernel than the machine")
	}
}

// TestTentCancelled: whoever does not wait for a sandbox in the machine leaves
// nothing of it there, wherever it was.
func TestTentCancelled(t *testing.T) {
	m := machine(t)
	raised := func() bool {
		said, _ := say(t, m, experiment.Command{Args: []string{"ps"}})
		return strings.Contains(said, tent.Name)
	}
	for _, at := range []string{"before", "while it is raised"} {
		ctx, cancel := context.WithCancel(t.Context())
		if at == "before" {
			cancel()
		}
		end := make(chan error, 1)
		go func() { _, err := m.Tent(ctx); end <- err }()
		for len(end) == 0 && ctx.Err() == nil {
			if raised() {
				cancel()
			}
		}
		if err := <-end; ctx.Err() != nil && err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		cancel()
		until(t, "the end of what was cancelled "+at, func() bool { return !raised() })
	}
}

// TestShell: a terminal is made in the machine.
func TestShell(t *testing.T) {
	m := machine(t)
	term, err := experiment.OpenTerminal(t.Context(), m, 90, 33, []string{"PS1=here> "}, "sh")
	if err != nil {
		t.Fatal(err)
	}
	defer term.Close()
	if _, err := term.Write([]byte("ls /dev/pts; uname -r\n")); err != nil {
		t.Fatal(err)
	}
	var shown []byte
	for b := make([]byte, 4096); !bytes.Contains(shown, []byte(m.Release()+"\r\n")); {
		n, err := term.Read(b)
		if shown = append(shown, b[:n]...); err != nil {
			t.Fatalf("%q: %v", shown, err)
		}
	}
}

// TestFollow: who reads a console gets what was kept, what comes, and its end.
func TestFollow(t *testing.T) {
	var console tail
	fmt.Fprint(&console, "first ")
	early := &follower{tail: &console, closed: make(chan struct{})}
	got := make(chan string)
	go func() {
		all, err := io.ReadAll(early)
		got <- fmt.Sprint(string(all), err)
	}()
	fmt.Fprint(&console, "second")
	console.end()
	if said := <-got; said != "first second<nil>" {
		t.Errorf("%q", said)
	}
	console.Write(bytes.Repeat([]byte("x"), 2*consoleKept))
	late := &follower{tail: &console, closed: make(chan struct{})}
	if all, err := io.ReadAll(late); len(all) != consoleKept || err != nil {
		t.Errorf("%d bytes are kept, %v", len(all), err)
	}
}

// TestFollowLetsGo: closing ends a read.
func TestFollowLetsGo(t *testing.T) {
	f := &follower{tail: &tail{}, closed: make(chan struct{})}
	failed := make(chan error)
	go func() {
		_, err := f.Read(make([]byte, 1))
		failed <- err
	}()
	f.Close()
	if err := <-failed; !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
