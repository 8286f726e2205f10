package sandbox

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// containerLimits are the same for all.
var containerLimits = cgroup.Limits{Memory: 256 << 20, CPUs: 1, PIDs: 128}

// BenchmarkContainer compares, in turns, the way to the first instruction of
// a command in a whole container: all layers on a directory of its own, with
// what bubblewrap needs for the namespaces and mounts alone, and crun and runc
// for namespaces, limits, capabilities, masks and the same filter. The floor is
// the bare system calls of namespaces, limits, root, /dev, capabilities and
// filter; init-alone is the start of the init's program, in which nothing
// happens. unshare(1) makes namespaces and mounts nothing.
//
// Whatever else the machine does meets all of them: each round starts each of
// them once.
func BenchmarkContainer(b *testing.B) {
	command := firstInstruction(b)
	m, err := Look()
	if err != nil {
		b.Fatal(err)
	}
	m.State = b.TempDir()
	root := containerRoot(b, command)
	spec := Spec{Partial: true, Root: RootDirectory, Source: root, Upper: UpperMemory, Limits: containerLimits}
	for _, row := range layers {
		spec.Layers = spec.Layers.With(row.Name)
	}
	plan, err := NewPlan(spec, m)
	if err != nil {
		b.Fatal(err)
	}
	ours := func(b *testing.B, w *os.File) func() {
		p, err := NewPlan(spec, m)
		if err != nil {
			b.Fatal(err)
		}
		s, _, err := Run(context.Background(), p, Options{}, Command{Args: []string{"/first"}, Stdout: w})
		if err != nil {
			b.Fatal(err)
		}
		return func() { s.Close() }
	}
	bundle := containerBundle(b, plan, root)
	crun := peer("crun", "--root", b.TempDir(), "run", "--bundle", bundle, "tentpole-bench-crun")
	bare := bare{m.Cgroups, plan, root, b.TempDir()}
	inTurns(b, []contender{
		{"tentpole", ours},
		{"floor", bare.start},
		{"init-alone", bare.alone},
		{"unshare", peer("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--user", "--map-root-user", "--cgroup", "--time", "--fork", command)},
		{"bwrap", peer("bwrap", "--unshare-all", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "/first")},
		{"crun", withoutUnified(b, crun)},
		{"runc", peer("runc", "--root", b.TempDir(), "run", "--bundle", bundle, "tentpole-bench-runc")},
	})
}

// contender is a way to start the command, which writes to out; end waits for it.
type contender struct {
	name  string
	start func(b *testing.B, out *os.File) (end func())
}

// rounds is how often each contender is measured.
const rounds = 300

// inTurns measures the contenders in turns, and reports of each the median, and
// the least: what it takes when nothing comes between.
func inTurns(b *testing.B, contenders []contender) {
	took := make([][]time.Duration, len(contenders))
	for range rounds {
		for i, c := range contenders {
			if c.start != nil {
				took[i] = append(took[i], firstByte(b, time.Now(), func(w *os.File) func() { return c.start(b, w) }))
			}
		}
	}
	for i, c := range contenders {
		b.Run(c.name, func(b *testing.B) {
			if c.start == nil {
				b.Skip("it is not installed")
			}
			slices.Sort(took[i])
			b.ReportMetric(float64(took[i][len(took[i])/2]), "ns/op")
			b.ReportMetric(float64(took[i][0]), "least-ns")
		})
	}
}

// peer starts a program; nil when it is not installed.
func peer(name string, args ...string) func(*testing.B, *os.File) func() {
	if _, err := exec.LookPath(name); err != nil {
		return nil
	}
	return func(b *testing.B, w *os.File) func() {
		c := exec.Command(name, args...)
		c.Stdin = strings.NewReader("") // crun chowns what it is given, the host's /dev/null too
		c.Stdout, c.Stderr = w, os.Stderr
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		return func() { c.Wait() }
	}
}

// The main thread stays with the main goroutine. What /proc/self tells of this
// process is told of that thread, and benchmarks, which have goroutines of their
// own, change the mount namespace of theirs.
func init() { runtime.LockOSThread() }

// withoutUnified hides the v2 hierarchy of a hybrid machine from what start
// starts: crun refuses to work beside it.
func withoutUnified(b *testing.B, start func(*testing.B, *os.File) func()) func(*testing.B, *os.File) func() {
	const unified = "/sys/fs/cgroup/unified"
	if _, err := os.Stat(unified); err != nil || start == nil {
		return start
	}
	hidden := &thread{}
	hidden.do(func() {
		err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = unix.Mount("tmpfs", unified, "tmpfs", 0, "")
		}
		if err != nil {
			b.Error(err)
		}
	})
	return func(b *testing.B, w *os.File) (end func()) {
		hidden.do(func() { end = start(b, w) })
		return end
	}
}

// containerRoot makes a root directory around the command.
func containerRoot(b *testing.B, command string) string {
	b.Helper()
	root := b.TempDir()
	program, err := os.ReadFile(command)
	if err != nil {
		b.Fatal(err)
	}
	for _, dir := range []string{"proc", "dev", "sys", "tmp"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "first"), program, 0o755); err != nil {
		b.Fatal(err)
	}
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		os.Chmod(dir, 0o755) // root of the inside is nobody here
	}
	return root
}

// containerBundle writes a config.json for what the plan raises, as far as OCI
// runtimes know it.
func containerBundle(b *testing.B, p *Plan, root string) string {
	b.Helper()
	filter, err := p.Seccomp().OCI(seccomp.Arch(runtime.GOARCH))
	if err != nil {
		b.Fatal(err)
	}
	ids := []specs.LinuxIDMapping{{ContainerID: 0, HostID: uint32(p.Owner()), Size: 65536}}
	memory, pids, quota, period := containerLimits.Memory, containerLimits.PIDs, int64(100_000), uint64(100_000)
	keep := p.target().Capabilities
	c := specs.Spec{
		Version: "1.0.2",
		Root:    &specs.Root{Path: root},
		Process: &specs.Process{Args: []string{"/first"}, Cwd: "/", NoNewPrivileges: true,
			Capabilities: &specs.LinuxCapabilities{Bounding: keep, Effective: keep, Permitted: keep}},
		Mounts: []specs.Mount{
			{Destination: "/proc", Type: "proc", Source: "proc"},
			{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "mode=755"}},
			{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Options: []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666"}},
			{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Options: []string{"nosuid", "noexec", "nodev"}},
		},
		Linux: &specs.Linux{
			UIDMappings: ids, GIDMappings: ids, Seccomp: filter, MaskedPaths: masks.Hidden, ReadonlyPaths: masks.ReadOnly,
			Resources: &specs.LinuxResources{
				Memory: &specs.LinuxMemory{Limit: &memory}, Pids: &specs.LinuxPids{Limit: &pids},
				CPU: &specs.LinuxCPU{Quota: &quota, Period: &period},
			},
		},
	}
	for _, kind := range []specs.LinuxNamespaceType{specs.PIDNamespace, specs.MountNamespace, specs.UTSNamespace, specs.IPCNamespace,
		specs.NetworkNamespace, specs.CgroupNamespace, specs.UserNamespace} {
		c.Linux.Namespaces = append(c.Linux.Namespaces, specs.LinuxNamespace{Type: kind})
	}
	text, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	bundle := b.TempDir()
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), text, 0o644); err != nil {
		b.Fatal(err)
	}
	return bundle
}
