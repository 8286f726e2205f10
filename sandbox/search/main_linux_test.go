package search

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// Tests that mount run in a mount namespace of their own: the test binary
// starts itself again, with these variables telling what it is.
const (
	envInside = "SEARCH_TEST_INSIDE" // the test runs in its own namespace
	envHelper = "SEARCH_TEST_HELPER" // the process is a sandbox, on this directory
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envHelper); dir != "" {
		sandboxMain(dir)
		return
	}
	before, _ := os.ReadFile("/proc/self/mountinfo")
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	after, _ := os.ReadFile("/proc/self/mountinfo")
	if os.Getenv(envInside) == "" && !bytes.Equal(before, after) {
		fmt.Fprintln(os.Stderr, "the host's mount table changed while the tests ran")
		code = 1
	}
	os.Exit(code)
}

func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// inNamespace reports whether the test is in a mount namespace of its own. If
// not, it runs the test again in one, and the caller returns.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(envInside) != "" {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatalf("make mounts private: %v", err)
		}
		return true
	}
	cmd := again(t, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS})
	if uid := os.Geteuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	runAgain(t, cmd)
	return false
}

// unprivileged is the same for an ordinary user.
func unprivileged(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	if os.Getenv(envInside) != "" {
		t.Fatal("started as an ordinary user, still root")
	}
	runAgain(t, again(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}))
	return false
}

func again(t *testing.T, attr *syscall.SysProcAttr) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), envInside+"=1")
	cmd.Dir = "/"
	cmd.SysProcAttr = attr
	return cmd
}

func runAgain(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		skip(t, fmt.Sprintf("cannot start the test with other rights or namespaces: %v", err))
		return
	}
	err := cmd.Wait()
	switch {
	case err != nil:
		t.Fatalf("%v\n%s", err, out.Bytes())
	case bytes.Contains(out.Bytes(), []byte("--- SKIP")):
		skip(t, out.String())
	case !bytes.Contains(out.Bytes(), []byte("--- PASS: "+t.Name())):
		t.Fatalf("it did not run:\n%s", out.Bytes())
	}
}

// openDescriptors counts this process's.
func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func mount(t *testing.T, source, target, fstype string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount(source, target, fstype, flags, options); err != nil {
		t.Fatalf("mount %s on %s: %v", source, target, err)
	}
	t.Cleanup(func() { unix.Unmount(target, unix.MNT_DETACH) })
}

func write(t *testing.T, name, content string) Stat {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	st, err := statAt(unix.AT_FDCWD, name)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func mkdir(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
