package vm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// shared is one machine for all tests that leave it as it was.
// It publishes a port.
var shared = sync.OnceValues(func() (*Machine, error) {
	booted = true
	return Boot(context.Background(), sandbox.Spec{Publish: []network.Port{{Inside: pagePort}}}, false)
})

const pagePort = 80

// booted says that there is one to close.
var booted bool

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
	said, status := say(t, m, sh("uname -r; cat /proc/sys/kernel/random/boot_id"))
	if want := m.Release() + "\n" + m.BootID() + "\n"; said != want || status.Code != 0 {
		t.Errorf("it says %q, %+v; want %q", said, status, want)
	}
	host, err := os.ReadFile(bootIDFile)
	if err != nil || strings.TrimSpace(string(host)) == m.BootID() {
		t.Errorf("the host's boot is %s as well (%v)", host, err)
	}
	t.Logf("booted in %v, by its own clock in %.1f s: Linux %s on %s", m.Booted(), m.hello.Uptime, m.Release(), m.parts.board.machine)
}

// TestInput: what is written comes in, and its end as well.
func TestInput(t *testing.T) {
	m := machine(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := experiment.Command{Args: []string{"wc", "-c"}, Stdin: r}
	const size = 1 << 20 // more than any window
	go func() {
		w.Write(make([]byte, size))
		w.Close()
	}()
	said, status := say(t, m, c)
	r.Close()
	if strings.TrimSpace(said) != fmt.Sprint(size) || status.Code != 0 {
		t.Errorf("it counts %q, %+v", said, status)
	}
}

// TestMuch: a command that says much and one that nobody listens to do not hold
// up each other.
func TestMuch(t *testing.T) {
	m := machine(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	held, err := m.Start(t.Context(), experiment.Command{Args: []string{"yes"}, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if said, _ := say(t, m, sh("seq 1 100000 | tail -n 1")); said != "100000\n" {
		t.Errorf("it says %q", said)
	}
	r.Close() // now it is told, as on the host, by SIGPIPE
	if status, err := held.Wait(t.Context()); err != nil || status.Code == 0 {
		t.Errorf("it ended with %+v, %v", status, err)
	}
}

func TestStatus(t *testing.T) {
	m := machine(t)
	if said, status := say(t, m, sh("echo out; echo err >&2; exit 7")); said != "out\nerr\n" || status != (sandbox.Status{Code: 7}) {
		t.Errorf("%q, %+v", said, status)
	}
	p := stays(t, m)
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if status, err := p.Wait(t.Context()); err != nil || status != (sandbox.Status{Code: 128 + 15, Signal: 15}) {
		t.Errorf("%+v, %v", status, err)
	}
	if err := p.Signal(syscall.SIGTERM); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("a signal to one that has ended: %v", err)
	}
	if _, err := m.Start(t.Context(), experiment.Command{Args: []string{"nosuch"}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such program: %v", err)
	}
}

func TestUser(t *testing.T) {
	m := machine(t)
	for who, want := range map[string]string{"": "0:0", "guest": "1000:1000", "7:9": "7:9", "guest:tty": "1000:5"} {
		c := sh("echo $(id -u):$(id -g)")
		c.User = who
		if said, _ := say(t, m, c); strings.TrimSpace(said) != want {
			t.Errorf("as %q it is %q, want %s", who, said, want)
		}
	}
}

// TestPublished: a page comes out through the published port.
func TestPublished(t *testing.T) {
	m := machine(t)
	c := sh("echo the page >/run/index.html; exec httpd -f -p 80 -h /run")
	p, err := m.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Signal(syscall.SIGKILL)
	on := m.Published()
	if len(on) == 0 {
		t.Fatal("the host listens nowhere")
	}
	until(t, "the page comes", func() bool {
		answer, err := http.Get("http://" + on[0].Address.String() + "/index.html")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		page, _ := io.ReadAll(answer.Body)
		return string(page) == "the page\n"
	})
}

// TestDisk: what is written lies in the disk's file at once.
func TestDisk(t *testing.T) {
	m := machine(t)
	const word = "tentpole was here 3f9c"
	if said, status := say(t, m, sh("echo "+word+" >/tmp/a; mkdir /tmp/d; for i in $(seq 1 100); do echo $i >/tmp/d/$i; done; cat /tmp/d/* | wc -l; rm -r /tmp/d /tmp/a")); strings.TrimSpace(said) != "100" || status.Code != 0 {
		t.Fatalf("%q, %+v", said, status)
	}
	disk, err := os.ReadFile(m.Disk())
	if err != nil || !bytes.Contains(disk, []byte(word)) {
		t.Errorf("%d bytes without it, %v", len(disk), err)
	}
}

// TestAtRest: to the host a machine is QEMU, which has at least what its kernel
// needs in memory.
func TestAtRest(t *testing.T) {
	m := machine(t)
	pids, err := m.AtRest()
	if err != nil || len(pids) != 1 {
		t.Fatalf("%v, %v", pids, err)
	}
	if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pids[0])); err != nil || !strings.HasPrefix(string(name), "tentpole-vm") {
		t.Errorf("process %d is %q: %v", pids[0], name, err)
	}
}
