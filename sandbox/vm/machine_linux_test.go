package vm

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// shared is one machine for all tests that leave it as it was.
var shared = sync.OnceValues(func() (*Machine, error) { return Boot(context.Background(), sandbox.Spec{}, false) })

func machine(t *testing.T) *Machine {
	t.Helper()
	if err := Probe(t.Context()); err != nil {
		t.Skip(err)
	}
	m, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// say runs a command to its end and returns what it says.
func say(t *testing.T, m *Machine, c experiment.Command) (string, sandbox.Status) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c.Stdout, c.Stderr = w, w
	p, err := m.Start(t.Context(), c)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	status, err := p.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(said), status
}

func sh(script string) experiment.Command {
	return experiment.Command{Args: []string{"sh", "-c", script}}
}

func TestOwnKernel(t *testing.T) {
	m := machine(t)
	said, status := say(t, m, sh("uname -r; cat /proc/sys/kernel/random/boot_id; hostname"))
	if want := m.Release() + "\n" + m.BootID() + "\n" + defaultHostname + "\n"; said != want || status.Code != 0 {
		t.Errorf("it says %q, %+v; want %q", said, status, want)
	}
	host, err := os.ReadFile(bootIDFile)
	if err != nil || strings.TrimSpace(string(host)) == m.BootID() {
		t.Errorf("the host's boot is %s as well (%v)", host, err)
	}
	t.Logf("booted in %v, by its own clock in %.1f s: Linux %s on %s", m.Booted(), m.hello.Uptime, m.Release(), m.parts.board.machine)
}
