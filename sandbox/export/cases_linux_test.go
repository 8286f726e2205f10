package export

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// cases are plans, from single layers to the whole ladder.
func cases(t *testing.T, m sandbox.Machine) []struct {
	name string
	spec sandbox.Spec
} {
	everything := sandbox.Ladder()[len(sandbox.Ladder())-1].Layers
	with := func(ls ...sandbox.Layer) sandbox.Spec { return sandbox.Spec{Layers: sandbox.Set(ls...)} }
	named := with(sandbox.Root, sandbox.UTS)
	named.Hostname = "tent"
	limited := with(sandbox.Root)
	limited.Limits = cgroup.Limits{Memory: 64 << 20, CPUs: 0.5, PIDs: 48}
	if m.Disk != "" {
		limited.Limits.IO = []cgroup.IOLimit{{Device: m.Disk, WriteBPS: 8 << 20}}
	}
	small := sandbox.Spec{Layers: everything, Partial: true, Root: sandbox.RootDirectory, Source: smallRoot(t), ReadOnly: true,
		Volumes: []sandbox.Volume{{Source: everybodys(t), Target: "/srv", ReadOnly: true}}, Tmpfs: []sandbox.Tmpfs{{Target: "/tmp"}}}
	memory := sandbox.Spec{Layers: sandbox.Set(sandbox.Root, sandbox.PID), Upper: sandbox.UpperMemory}
	few := with(sandbox.Root, sandbox.Capabilities)
	few.Capabilities = []string{}
	calls := with(sandbox.Root, sandbox.Seccomp)
	calls.Calls.Deny = []string{"mkdir", "mkdirat"}
	return []struct {
		name string
		spec sandbox.Spec
	}{
		{"mount", with(sandbox.Mount)},
		{"pid", with(sandbox.PID)},
		{"mount-pid", with(sandbox.Mount, sandbox.PID)},
		{"net", with(sandbox.Net)},
		{"user", with(sandbox.User)},
		{"time", with(sandbox.Time)},
		{"no-new-privs", with(sandbox.NoNewPrivs)},
		{"root", with(sandbox.Root)},
		{"root-uts", named},
		{"root-pid-memory", memory},
		{"root-ipc-net", with(sandbox.Root, sandbox.IPC, sandbox.Net)},
		{"root-ipc-user", with(sandbox.Root, sandbox.IPC, sandbox.User)},
		{"root-cgroup-time", with(sandbox.Root, sandbox.Cgroup, sandbox.Time)},
		{"root-no-capabilities", few},
		{"root-seccomp", with(sandbox.Root, sandbox.NoNewPrivs, sandbox.Seccomp)},
		{"root-own-seccomp", calls},
		{"root-masks", with(sandbox.Root, sandbox.Masks)},
		{"limits", limited},
		{"container", sandbox.Spec{Layers: everything, Partial: true}},
		{"container-without-user", sandbox.Spec{Layers: everything.Without(sandbox.User), Partial: true}},
		{"directory", small},
	}
}

// machine is this one, with a state directory of the test's own.
func machine(t *testing.T) (sandbox.Machine, Surroundings) {
	t.Helper()
	m, err := sandbox.Look()
	if err != nil {
		t.Fatal(err)
	}
	m.State = directory(t)
	here, err := Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m, here
}

// everybodys is a directory in which anybody could write, with a file in it.
func everybodys(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(directory(t), "shared")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "note"), "")
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// smallRoot is a root directory with busybox in it.
func smallRoot(t *testing.T) string {
	t.Helper()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		skip(t, "there is no busybox")
	}
	program, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(directory(t), "small")
	for _, dir := range []string{"bin", "etc", "dev", "proc", "sys", "srv", "tmp", "run"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "bin/busybox"), string(program))
	for _, name := range []string{"hosts", "hostname", "resolv.conf"} { // as every system has
		write(t, filepath.Join(root, "etc", name), "")
	}
	for _, name := range []string{"sh", "sleep", "touch"} {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
