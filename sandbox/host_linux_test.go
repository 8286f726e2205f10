package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// onHost starts a shell on the host, and returns it and the lines it writes.
func onHost(t *testing.T, script string) (*HostProcess, *bufio.Scanner) {
	t.Helper()
	h, err := StartOnHost(HostCommand{
		Args: []string{"/bin/sh", "-c", "stty -echo; " + script}, Env: os.Environ(), Dir: "/", Terminal: Size{Rows: 24, Cols: 80},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h, bufio.NewScanner(h.Terminal())
}

// number reads a line that is a process's number.
func number(t *testing.T, lines *bufio.Scanner) (pid int) {
	t.Helper()
	if !lines.Scan() {
		t.Fatalf("no line: %v", lines.Err())
	}
	if _, err := fmt.Sscan(lines.Text(), &pid); err != nil {
		t.Fatalf("%q: %v", lines.Text(), err)
	}
	return pid
}

func runs(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// TestOnHost: a command on the host has a terminal of that size, and a session
// of its own, and is known as one that lives.
func TestOnHost(t *testing.T) {
	h, lines := onHost(t, `stty size; ps -o sid= -p $$; echo $$; echo $HOME; pwd; sleep 60`)
	var got []string
	for range 5 {
		lines.Scan()
		got = append(got, strings.TrimSpace(lines.Text()))
	}
	if got[0] != "24 80" || got[1] != got[2] || got[3] != os.Getenv("HOME") || got[4] != "/" {
		t.Errorf("%q", got)
	}
	if _, lives := living.Load(h.PID()); !lives {
		t.Error("it would be buried as an orphan, were it born by the first thread")
	}
	h.Close()
	if _, lives := living.Load(h.PID()); lives {
		t.Error("its number is still taken for one that lives")
	}
}

// TestHostOutlivesSandboxes: the end of a sandbox, a killed one as well, ends
// nothing that was started on the host, in a session of its own neither.
func TestHostOutlivesSandboxes(t *testing.T) {
	h, lines := onHost(t, `setsid sleep 300 & echo $!; (sleep 300 & echo $!); sleep 300`)
	daemon, orphan := number(t, lines), number(t, lines)
	for _, kill := range []bool{false, true} {
		s := open(t, machine(t), Spec{})
		if kill {
			syscall.Kill(s.InitPID(), syscall.SIGKILL)
			<-s.Done()
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, pid := range []int{h.PID(), daemon, orphan} {
		if !runs(pid) {
			t.Errorf("process %d has ended with a sandbox", pid)
		}
	}
}

// TestHostEnds: what was started on the host ends with its terminal, and with
// its shell: what hears the end of the terminal, what does not, what has lost
// its parent, and what has left the session.
func TestHostEnds(t *testing.T) {
	const script = `sleep 300 & echo $!; (trap '' HUP; exec sleep 300) & echo $!; (sleep 300 & echo $!); setsid sleep 300 & echo $!; `
	for name, c := range map[string]struct {
		then string
		end  func(*HostProcess)
	}{
		"closed":   {"sleep 300", func(h *HostProcess) { h.Close() }},
		"deaf":     {"trap '' HUP; while :; do sleep 1; done", func(h *HostProcess) { h.Close() }},
		"killed":   {"sleep 300", func(h *HostProcess) { syscall.Kill(h.PID(), syscall.SIGKILL) }},
		"finished": {"exit", func(*HostProcess) {}},
	} {
		t.Run(name, func(t *testing.T) {
			h, lines := onHost(t, script+c.then)
			var pids []int
			for range 4 {
				pids = append(pids, number(t, lines))
			}
			c.end(h)
			select {
			case <-h.Done():
			case <-time.After(20 * time.Second):
				t.Fatal("it has not ended")
			}
			for i, pid := range append(pids, h.PID()) {
				if runs(pid) {
					t.Errorf("process %d of %d is left", i, pid)
				}
			}
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestHostRefused: what cannot be started says so, and leaves no terminal.
func TestHostRefused(t *testing.T) {
	before := openDescriptors(t)
	for _, c := range []HostCommand{
		{Args: []string{"/no/such/shell"}, Dir: "/"}, {Args: []string{"/bin/sh"}, Dir: "/no/such/directory"},
	} {
		if _, err := StartOnHost(c); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if now := openDescriptors(t); now != before {
		t.Errorf("%d descriptors, before %d", now, before)
	}
}
