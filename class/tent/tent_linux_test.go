package tent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestMain makes the test program play tentpole: in a tent it is a shell.
func TestMain(m *testing.M) {
	if os.Args[0] == program && len(os.Args) > 1 {
		tryCalls()
		return
	}
	if os.Args[0] == program {
		err := syscall.Exec("/bin/sh", []string{"sh"}, append(os.Environ(), "PS1=$ "))
		fmt.Fprintln(os.Stderr, "exec /bin/sh:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// enough is how long anything may take on a busy machine.
const enough = 30 * time.Second

func pitch(t *testing.T, number int) Pitch {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: each tent has user ids of its own")
	}
	state := t.TempDir()
	if err := os.Chmod(filepath.Dir(state), 0o755); err != nil { // made for one user
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", state)
	self, err := Install()
	if err != nil {
		t.Fatal(err)
	}
	return Pitch{Number: number, Hostname: "camp", Program: self, Limits: Limits{Memory: DefaultLimits.Memory, CPUs: 1, PIDs: 64}}
}

func open(t *testing.T, p Pitch, progress []byte) *Tent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	tent, err := Open(ctx, p, progress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tent.Close() })
	return tent
}

// shell is what runs on a learner's terminal, and what it has written.
type shell struct {
	t *testing.T
	*sandbox.Process
	mu    sync.Mutex
	wrote bytes.Buffer
}

func start(t *testing.T, tent *Tent) *shell {
	t.Helper()
	p, err := tent.Start(t.Context(), "dumb", sandbox.Size{Rows: 24, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	s := &shell{t: t, Process: p}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := p.Terminal().Read(b)
			s.mu.Lock()
			s.wrote.Write(b[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// ask types a command and returns what it wrote, and how it ended.
func (s *shell) ask(command string) (out, status string) {
	s.t.Helper()
	// The words that are waited for are not in the line that is typed.
	fmt.Fprintf(s.Terminal(), "echo 'beg''in'; %s; echo 'en''d' $?\n", command)
	for limit := time.Now().Add(enough); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		_, rest, _ := strings.Cut(s.wrote.String(), "begin\r\n")
		out, rest, ended := strings.Cut(rest, "end ")
		status, _, whole := strings.Cut(rest, "\r\n")
		if ended && whole {
			s.wrote.Reset()
		}
		s.mu.Unlock()
		if ended && whole {
			return strings.TrimSpace(out), status
		}
	}
	s.t.Fatalf("%s did not end; the terminal has %q", command, s.wrote.String())
	return "", ""
}

func TestOnlyRootHasIdsToGive(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("as root it is planned")
	}
	_, err := Pitch{Number: 1, Program: "/bin/true", Limits: DefaultLimits}.Plan()
	if root := os.Geteuid() == 0; root != (err == nil) || !root && !errors.Is(err, sandbox.ErrNotSupported) {
		t.Errorf("planning a tent gave %v", err)
	}
}

func TestWhatATentHolds(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	for command, want := range map[string]string{
		"id -u":                               "1000",
		"hostname":                            "camp",
		"pwd":                                 Home,
		"echo $(ls /sys/class/net)":           "cable eth0 lo",
		"ls -d /sys/fs/cgroup/*.slice":        "", // nor of the others'
		"ls -d /var/lib/*":                    "", // nothing of the machine's
		"awk '{print $2}' /proc/self/uid_map": fmt.Sprint(outside(t, 1)),
	} {
		if out, _ := s.ask(command + " 2>/dev/null"); out != want {
			t.Errorf("%s: %q, want %q", command, out, want)
		}
	}
	for _, command := range []string{"touch /usr/x", "kill -9 1", "cat /proc/1/environ", "echo x > /proc/sys/kernel/core_pattern", "ls /root", "mknod /tmp/disk b 254 0"} {
		if out, status := s.ask("{ " + command + "; } 2>&1"); status == "0" {
			t.Errorf("%s was done: %s", command, out)
		}
	}
}

// TestLineToTheClass: the socket is in the learner's tent, and the learner's alone.
func TestLineToTheClass(t *testing.T) {
	p := pitch(t, 3)
	p.Line = filepath.Join(t.TempDir(), "line")
	l, err := net.Listen("unix", p.Line)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, dir := range []string{filepath.Dir(p.Line), filepath.Dir(filepath.Dir(p.Line))} {
		if err := os.Chmod(dir, 0o711); err != nil { // made for one user
			t.Fatal(err)
		}
	}
	if err := os.Chmod(p.Line, 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, open(t, p, nil))
	for command, want := range map[string]string{
		"stat -c '%F %a %u' $TENTPOLE_CLASS":                            "socket 600 1000",
		"test -w $TENTPOLE_CLASS && echo it can be connected to":        "it can be connected to",
		"rm -f $TENTPOLE_CLASS; test -S $TENTPOLE_CLASS && echo stays":  "stays",
		"touch $(dirname $TENTPOLE_CLASS)/other || echo nothing beside": "nothing beside",
	} {
		if out, _ := s.ask("{ " + command + "; } 2>/dev/null"); out != want {
			t.Errorf("%s: %q, want %q", command, out, want)
		}
	}
	st, err := os.Lstat(p.Line)
	if err != nil {
		t.Fatal(err)
	}
	if owner := st.Sys().(*syscall.Stat_t).Uid; int(owner) != outside(t, 3)+learnerID {
		t.Errorf("outside it belongs to %d", owner)
	}
}

// outside is the first id of a learner's range, as the machine numbers it.
func outside(t *testing.T, number int) int {
	t.Helper()
	m, err := sandbox.Look()
	if err != nil {
		t.Fatal(err)
	}
	if m, err = m.WithRange(number); err != nil {
		t.Fatal(err)
	}
	return m.Range.Outside
}

func TestTwoTentsKnowNothingOfEachOther(t *testing.T) {
	a, b := start(t, open(t, pitch(t, 1), nil)), start(t, open(t, pitch(t, 2), nil))
	a.ask("echo secret > /tmp/mine; echo secret > ~/mine; echo secret > /dev/shm/mine; sleep 1000 & true")
	if out, _ := b.ask("ls /tmp ~ /dev/shm | grep mine"); out != "" {
		t.Errorf("a file of the other is seen: %s", out)
	}
	if out, _ := b.ask("cat /proc/[0-9]*/comm | grep sleep"); out != "" {
		t.Errorf("a process of the other is seen: %s", out)
	}
	own := func(s *shell) (out string) { out, _ = s.ask("awk '{print $2}' /proc/self/uid_map"); return out }
	if x, y := own(a), own(b); x == y {
		t.Errorf("both have the ids from %s on", x)
	}
	for _, ns := range []string{"net", "ipc", "uts", "pid", "mnt", "user", "cgroup"} {
		link := func(s *shell) (out string) { out, _ = s.ask("readlink /proc/self/ns/" + ns); return out }
		if x, y := link(a), link(b); x == y {
			t.Errorf("both are in %s", x)
		}
	}
}

func TestProgressGoesOnInTheNextTent(t *testing.T) {
	p := pitch(t, 1)
	first := open(t, p, nil)
	if raw, err := first.Progress(); raw != nil || err != nil {
		t.Fatalf("progress of nobody: %q, %v", raw, err)
	}
	start(t, first).ask("mkdir -p " + stateDir + "; echo one > " + progressFile)
	raw, err := first.Progress()
	if string(raw) != "one\n" || err != nil {
		t.Fatalf("read %q, %v", raw, err)
	}
	if again, err := first.Progress(); again != nil || err != nil {
		t.Errorf("unchanged progress was read again: %q, %v", again, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, p, raw)
	if out, _ := start(t, second).ask("cat " + progressFile); out != "one" {
		t.Errorf("in the next tent: %q", out)
	}
}

func TestHostileProgress(t *testing.T) {
	for what, make := range map[string]string{
		"a link out":   "ln -s /proc/1/root/etc/shadow " + progressFile,
		"a FIFO":       "mkfifo " + progressFile,
		"a directory":  "mkdir " + progressFile,
		"a large file": "dd if=/dev/zero of=" + progressFile + " bs=1M count=2",
	} {
		t.Run(what, func(t *testing.T) {
			tent := open(t, pitch(t, 1), nil)
			if out, status := start(t, tent).ask("{ mkdir -p " + stateDir + " && " + make + "; } 2>&1"); status != "0" {
				t.Fatal(out)
			}
			if raw, err := tent.Progress(); err == nil || raw != nil {
				t.Errorf("read %d bytes, %v", len(raw), err)
			}
		})
	}
}

// TestDiskIsFullBeforeMemoryIs: what a learner writes lies in memory, and nobody
// need be killed for it.
func TestDiskIsFullBeforeMemoryIs(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	for _, file := range []string{"/tmp/large", Home + "/large", "/dev/shm/large"} {
		if out, status := s.ask("dd if=/dev/zero of=" + file + " bs=1M count=400 2>&1"); status == "0" || !strings.Contains(out, "No space") {
			t.Errorf("400 MiB in %s: %s, %s", file, status, out)
		}
	}
	if out, status := s.ask("echo here"); out != "here" || status != "0" {
		t.Errorf("with full disks: %q, %s", out, status)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	p := pitch(t, 1)
	p.Limits.Memory = 128 << 20
	s := start(t, open(t, p, nil))
	if out, status := s.ask("tail /dev/zero"); status != "137" {
		t.Errorf("it ended with %s, %s", status, out)
	}
	if out, status := s.ask("echo here"); out != "here" || status != "0" {
		t.Errorf("after that: %q, %s", out, status)
	}
}

func TestProcessesAreBounded(t *testing.T) {
	s := start(t, open(t, pitch(t, 1), nil))
	s.ask("n=0; while [ $n -lt 80 ]; do sleep 1000 & n=$((n+1)); done 2>/dev/null; true")
	out, _ := s.ask("cat /proc/[0-9]*/comm | grep -c sleep")
	if n, err := strconv.Atoi(out); err == nil && n >= 64 {
		t.Errorf("%d processes of 64", n)
	}
}

// TestIdsOfWhateverServer: two tents that were given no range have none in common,
// and give theirs back.
func TestIdsOfWhateverServer(t *testing.T) {
	p := pitch(t, 0)
	a, b := open(t, p, nil), open(t, p, nil)
	if a.ids.number == b.ids.number {
		t.Fatalf("both have range %d", a.ids.number)
	}
	for _, tent := range []*Tent{a, b} {
		if out, _ := start(t, tent).ask("awk '{print $2}' /proc/self/uid_map"); out != fmt.Sprint(outside(t, tent.ids.number)) {
			t.Errorf("range %d begins with %s", tent.ids.number, out)
		}
		name := tent.ids.file.Name()
		if err := tent.Close(); err != nil {
			t.Error(err)
		}
		if raw, err := os.ReadFile(name); err == nil && len(raw) == 0 {
			t.Errorf("%s is left, and nobody has it", name)
		}
	}
}
