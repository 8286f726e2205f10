package sandbox

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// BenchmarkContainer compares, in one run, the way to the first instruction of
// a command in a whole container: all layers on a directory of its own, with
// what bubblewrap needs for the namespaces alone, and crun and runc for
// namespaces, limits, capabilities, masks and the same filter. The floor is
// what unshare(1) needs for namespaces without anything mounted or limited.
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
	b.Run("tentpole", func(b *testing.B) {
		median(b, func() time.Duration {
			begin := time.Now()
			p, err := NewPlan(spec, m)
			if err != nil {
				b.Fatal(err)
			}
			return firstByte(b, begin, func(w *os.File) func() {
				s, _, err := Run(context.Background(), p, Options{}, Command{Args: []string{"/first"}, Stdout: w})
				if err != nil {
					b.Fatal(err)
				}
				return func() { s.Close() }
			})
		})
	})
	bundle := containerBundle(b, plan, root)
	for _, peer := range []struct {
		name string
		args []string
	}{
		{"floor", []string{"unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--user", "--map-root-user", "--cgroup", "--time", "--fork", command}},
		{"bwrap", []string{"bwrap", "--unshare-all", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "/first"}},
		{"crun", []string{"crun", "--root", b.TempDir(), "run", "--bundle", bundle, "tentpole-bench-crun"}},
		{"runc", []string{"runc", "--root", b.TempDir(), "run", "--bundle", bundle, "tentpole-bench-runc"}},
	} {
		b.Run(peer.name, func(b *testing.B) {
			if _, err := exec.LookPath(peer.args[0]); err != nil {
				b.Skip(peer.args[0] + " is not installed")
			}
			if peer.name == "crun" {
				withoutUnified(b)
			}
			median(b, func() time.Duration {
				return firstByte(b, time.Now(), func(w *os.File) func() {
					c := exec.Command(peer.args[0], peer.args[1:]...)
					c.Stdin = strings.NewReader("") // crun chowns what it is given, the host's /dev/null too
					c.Stdout, c.Stderr = w, os.Stderr
					if err := c.Start(); err != nil {
						b.Fatal(err)
					}
					return func() { c.Wait() }
				})
			})
		})
	}
}

// The main thread stays with the main goroutine. What /proc/self tells of this
// process is told of that thread, and benchmarks, which have goroutines of their
// own, change the mount namespace of theirs.
func init() { runtime.LockOSThread() }

// withoutUnified hides the v2 hierarchy of a hybrid machine from what this
// goroutine starts: crun refuses to work beside it.
func withoutUnified(b *testing.B) {
	const unified = "/sys/fs/cgroup/unified"
	if _, err := os.Stat(unified); err != nil {
		return
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the benchmark
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
		b.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		b.Fatal(err)
	}
	if err := unix.Unmount(unified, unix.MNT_DETACH); err != nil {
		b.Fatal(err)
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
