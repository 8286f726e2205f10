package vm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
)

// boot boots a machine of the test's own.
func boot(t *testing.T, encrypted bool) *Machine {
	t.Helper()
	if err := Probe(t.Context()); err != nil {
		t.Skip(err)
	}
	m, err := Boot(t.Context(), sandbox.Spec{}, encrypted)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// runs tells whether a process is there and no zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

// patience is how long anything may take on a busy machine.
const patience = 2 * time.Minute

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after %v: %s", patience, what)
		}
	}
}

// stays starts a command that waits for ever.
func stays(t *testing.T, m *Machine) experiment.Process {
	t.Helper()
	p, err := m.Start(t.Context(), sh("sleep 1000"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// overAndGone wants nothing of a machine to be left, and everybody to be told.
func overAndGone(t *testing.T, m *Machine, p experiment.Process) {
	t.Helper()
	select {
	case <-m.Gone():
	case <-time.After(patience):
		t.Fatal("QEMU is still there")
	}
	if _, err := p.Wait(t.Context()); err == nil {
		t.Error("a command in it has ended as if nothing had happened")
	}
	if _, err := m.Start(t.Context(), sh("true")); err == nil || !strings.Contains(err.Error(), "it has ended") {
		t.Errorf("one more command: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(m.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left: %v", m.dir, err)
	}
}

// TestPanic: the house falls, the campground stands.
func TestPanic(t *testing.T) {
	m := boot(t, true)
	p := stays(t, m)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := m.Panic(ctx); err != nil {
		t.Fatal(err)
	}
	overAndGone(t, m, p)
	if said := m.LastWords(); !strings.HasPrefix(said, "Kernel panic") || !strings.Contains(said, "sysrq") {
		t.Errorf("its last words: %q", said)
	}
	if said := strings.Join(m.Console(100), "\n"); !strings.Contains(said, "Kernel panic") || !strings.Contains(said, "sysrq") {
		t.Errorf("its console ends with:\n%s", said)
	}
}

// TestPanicIsRefused: a kernel that may be the host's is left alone. The act
// itself is only ever made in a machine.
func TestPanicIsRefused(t *testing.T) {
	for _, c := range []struct {
		host, own string
		may       bool
	}{
		{"a", "b", true}, {"a", "a", false}, {"", "b", false}, {"a", "", false}, {"", "", false},
	} {
		if err := guest.MayPanic(c.host, c.own); (err == nil) != c.may {
			t.Errorf("host %q, own %q: %v", c.host, c.own, err)
		}
	}
}

// TestPanicIsRefusedInside: the init compares for itself.
func TestPanicIsRefusedInside(t *testing.T) {
	m := machine(t)
	a, err := m.ask(t.Context(), guest.Request{Panic: &guest.Panic{HostBoot: m.BootID()}})
	if err != nil || !strings.Contains(a.Error, "nothing was done") {
		t.Errorf("it answers %+v, %v", a, err)
	}
	if said, _ := say(t, m, sh("echo alive")); said != "alive\n" {
		t.Errorf("it says %q", said)
	}
}

// TestKilledEmulator: whoever waits is told, and nothing is left.
func TestKilledEmulator(t *testing.T) {
	m := boot(t, false)
	p := stays(t, m)
	if err := syscall.Kill(m.Emulator(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	overAndGone(t, m, p)
}

// TestKilledOwner: QEMU goes with tentpole, and the next janitor removes the
// disk.
func TestKilledOwner(t *testing.T) {
	if err := Probe(t.Context()); err != nil {
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), ownerRole+"=1")
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	line, _ := bufio.NewReader(out).ReadString('\n')
	var qemu int
	var disk string
	if _, err := fmt.Sscan(line, &qemu, &disk); err != nil || !runs(qemu) {
		t.Fatalf("the owner says %q (%v)", line, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	until(t, "QEMU is gone", func() bool { return !runs(qemu) })
	state, err := sandbox.StateDir()
	if err != nil {
		t.Fatal(err)
	}
	swept, err := sandbox.Sweep(state)
	if err != nil || len(swept.Left) > 0 {
		t.Fatalf("%+v, %v", swept, err)
	}
	if _, err := os.Stat(filepath.Dir(disk)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left: %v", disk, err)
	}
}
