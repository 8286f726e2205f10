package sandbox

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// firstInstruction writes a program whose first instructions write one byte
// to standard output and exit: what is timed is the way to it, not it.
func firstInstruction(tb testing.TB) string {
	tb.Helper()
	if runtime.GOARCH != "amd64" {
		path, err := exec.LookPath("echo")
		if err != nil {
			tb.Fatal(err)
		}
		return path
	}
	code := []byte{
		0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
		0xbf, 1, 0, 0, 0, // mov edi, 1
		0x48, 0x8d, 0x35, 0xed, 0xff, 0xff, 0xff, // lea rsi, [rip-19]: somewhere readable
		0xba, 1, 0, 0, 0, // mov edx, 1
		0x0f, 0x05, // syscall
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
	}
	const base, head = 0x400000, 64 + 56
	le := binary.LittleEndian
	elf := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	elf = le.AppendUint16(elf, 2)    // ET_EXEC
	elf = le.AppendUint16(elf, 0x3e) // x86-64
	elf = le.AppendUint32(elf, 1)
	elf = le.AppendUint64(elf, base+head)
	elf = le.AppendUint64(elf, 64)
	elf = le.AppendUint64(elf, 0)
	elf = le.AppendUint32(elf, 0)
	for _, v := range []uint16{64, 56, 1, 0, 0, 0} {
		elf = le.AppendUint16(elf, v)
	}
	elf = le.AppendUint32(elf, 1) // PT_LOAD
	elf = le.AppendUint32(elf, 5) // read, execute
	for _, v := range []uint64{0, base, base, uint64(head + len(code)), uint64(head + len(code)), 0x1000} {
		elf = le.AppendUint64(elf, v)
	}
	path := filepath.Join(tb.TempDir(), "first")
	if err := os.WriteFile(path, append(elf, code...), 0o755); err != nil {
		tb.Fatal(err)
	}
	// The directories on the way must be open to every user id.
	for dir := filepath.Dir(path); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		os.Chmod(dir, 0o755)
	}
	return path
}

// BenchmarkStart compares, in one run, the way from a running tentpole to the
// first instruction of the command with six namespaces and an overlay, with
// what unshare(1) and runc need for the same or less.
func BenchmarkStart(b *testing.B) {
	command := firstInstruction(b)
	b.Run("tentpole", func(b *testing.B) {
		m, err := Look()
		if err != nil {
			b.Fatal(err)
		}
		m.State = b.TempDir()
		spec := Spec{Layers: Set(Mount, UTS, IPC, PID, Net, Cgroup, Root)}
		median(b, func() time.Duration {
			begin := time.Now()
			p, err := NewPlan(spec, m)
			if err != nil {
				b.Fatal(err)
			}
			return firstByte(b, begin, func(w *os.File) func() {
				s, _, err := Run(context.Background(), p, Options{}, Command{Args: []string{command}, Stdout: w})
				if err != nil {
					b.Fatal(err)
				}
				return func() { s.Close() }
			})
		})
	})
	root := b.TempDir()
	prepareRoot(b, root, command)
	for _, peer := range []struct {
		name string
		args []string
	}{
		{"unshare", []string{"unshare", "-fpmuinC", "-R", root, "--mount-proc", "/first"}},
		{"runc", []string{"runc", "--root", b.TempDir(), "run", "--bundle", root, "tentpole-bench"}},
	} {
		b.Run(peer.name, func(b *testing.B) {
			if _, err := exec.LookPath(peer.args[0]); err != nil {
				b.Skip(peer.args[0] + " is not installed")
			}
			median(b, func() time.Duration {
				return firstByte(b, time.Now(), func(w *os.File) func() {
					c := exec.Command(peer.args[0], peer.args[1:]...)
					c.Stdout = w
					c.Stderr = os.Stderr
					if err := c.Start(); err != nil {
						b.Fatal(err)
					}
					return func() { c.Wait() }
				})
			})
		})
	}
}

// median runs f as often as asked and reports the median as ns/op: a machine
// that does other things now and then adds to the mean, not to the median.
func median(b *testing.B, f func() time.Duration) {
	var took []time.Duration
	for b.Loop() {
		took = append(took, f())
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "ns/op")
}

// firstByte starts something and returns how long after begin the first byte
// that it writes was there; the end is not timed.
func firstByte(b *testing.B, begin time.Time, start func(*os.File) (end func())) time.Duration {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	came := make(chan time.Time, 1)
	go func() {
		if n, _ := r.Read(make([]byte, 1)); n == 1 {
			came <- time.Now()
		}
		close(came)
	}()
	end := start(w)
	w.Close()
	at, ok := <-came
	if !ok {
		b.Fatal("the command said nothing")
	}
	r.Close()
	end()
	return at.Sub(begin)
}

// prepareRoot makes a root directory and an OCI bundle around the command.
func prepareRoot(b *testing.B, root, command string) {
	b.Helper()
	program, err := os.ReadFile(command)
	if err != nil {
		b.Fatal(err)
	}
	for _, dir := range []string{"proc", "dev", "sys"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "first"), program, 0o755); err != nil {
		b.Fatal(err)
	}
	var namespaces []map[string]string
	for _, ns := range []string{"pid", "mount", "uts", "ipc", "network", "cgroup"} {
		namespaces = append(namespaces, map[string]string{"type": ns})
	}
	config, err := json.Marshal(map[string]any{
		"ociVersion": "1.0.2",
		"process":    map[string]any{"args": []string{"/first"}, "cwd": "/", "user": map[string]int{"uid": 0, "gid": 0}},
		"root":       map[string]any{"path": root},
		"mounts":     []map[string]any{{"destination": "/proc", "type": "proc", "source": "proc"}, {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}},
		"linux":      map[string]any{"namespaces": namespaces},
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "config.json"), config, 0o644); err != nil {
		b.Fatal(err)
	}
}
