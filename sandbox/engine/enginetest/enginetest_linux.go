// Package enginetest runs the tests of a package on a machine of their own, as
// far as engines are concerned: with a Docker daemon and a store for Podman that
// nobody else has, in network, mount and pid namespaces that end with the tests.
// Nothing of the machine's own engines, bridges and rules is seen or touched.
package enginetest

import (
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

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// role is set in the process that plays the machine; it names the directory of
// all that is kept.
const role = "TENTPOLE_TEST_ENGINES"

// Main runs the tests and returns the exit status for TestMain. Only root gets
// engines; for others, and where none is installed, the tests run as they are.
func Main(m interface{ Run() int }) int {
	switch dir := os.Getenv(role); {
	case dir != "" && os.Getpid() == 1:
		return first(dir)
	case dir != "":
		return m.Run()
	case os.Geteuid() != 0 || !installed("dockerd") && !installed("podman"):
		return m.Run()
	}
	code, err := again()
	if err != nil {
		fmt.Fprintln(os.Stderr, "engines for tests:", err)
		return 1
	}
	return code
}

// Engines skips a test that needs an engine which these tests have none of.
func Engines(t *testing.T, program, variable string) {
	t.Helper()
	switch {
	case os.Geteuid() != 0:
		t.Skip("needs root: a daemon of the test's own")
	case !installed(program):
		t.Skipf("%s is not installed", program)
	case os.Getenv(role) == "":
		t.Fatal("there is no TestMain that calls enginetest.Main")
	case variable != "" && os.Getenv(variable) == "":
		t.Fatalf("%s was not started: see what it said above", program)
	}
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// again runs this program once more as the first process of a machine of its
// own. Whatever it starts dies with it.
func again() (code int, err error) {
	dir, err := os.MkdirTemp("", "tentpole-engines-")
	if err != nil {
		return 1, err
	}
	c := itself()
	c.Env = append(os.Environ(), role+"="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	err = c.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code, err = max(ended.ExitCode(), 1), nil
	}
	return code, errors.Join(err, removeGroups(dir), os.RemoveAll(dir))
}

// group is the cgroup that all containers of the tests are below.
func group(dir string) string { return "tentpole-test-" + filepath.Base(dir) }

// removeGroups removes the cgroups of the tests, children first.
func removeGroups(dir string) (failed error) {
	var groups []string
	filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(path, group(dir)) {
			groups = append(groups, path)
		}
		return nil
	})
	for i := len(groups) - 1; i >= 0; i-- {
		failed = errors.Join(failed, removeGroup(groups[i]))
	}
	return failed
}

// removeGroup waits for the kernel to be done with processes that were killed.
func removeGroup(path string) error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := os.Remove(path)
		if err == nil || errors.Is(err, fs.ErrNotExist) || time.Now().After(deadline) {
			return err
		}
	}
}

// first is the first process of the machine: it starts the engines, and the
// tests as a child beside them. What loses its parent comes here, and not to the
// tests, which take it for what a killed sandbox has left.
func first(dir string) int {
	if err := errors.Join(settle(), ownState(dir)); err != nil {
		fmt.Fprintln(os.Stderr, "engines for tests:", err)
		return 1
	}
	for _, start := range []func(string) error{startDocker, preparePodman} {
		if err := start(dir); err != nil {
			fmt.Fprintln(os.Stderr, "engines for tests:", err)
		}
	}
	c := itself()
	if err := c.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "engines for tests:", err)
		return 1
	}
	for {
		var status unix.WaitStatus
		switch pid, err := unix.Wait4(-1, &status, 0, nil); {
		case pid == c.Process.Pid && status.Exited():
			return status.ExitStatus()
		case pid == c.Process.Pid || err == unix.ECHILD:
			return 1
		}
	}
}

// itself is this program once more, with the same arguments.
func itself() *exec.Cmd {
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Args[0] = os.Args[0]
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c
}

// settle mounts what the new namespaces show, and keeps the daemon from what
// belongs to no namespace: dockerd sets kernel.keys.
func settle() error {
	for _, mount := range []struct {
		source, target, kind string
		flags                uintptr
	}{
		{"", "/", "", unix.MS_REC | unix.MS_PRIVATE},
		{"proc", "/proc", "proc", 0},
		{"tmpfs", "/run", "tmpfs", 0},
		{"/proc/sys/kernel", "/proc/sys/kernel", "", unix.MS_BIND},
		{"", "/proc/sys/kernel", "", unix.MS_REMOUNT | unix.MS_BIND | unix.MS_RDONLY},
		{"/proc/sys/vm", "/proc/sys/vm", "", unix.MS_BIND},
		{"", "/proc/sys/vm", "", unix.MS_REMOUNT | unix.MS_BIND | unix.MS_RDONLY},
	} {
		if err := unix.Mount(mount.source, mount.target, mount.kind, mount.flags, ""); err != nil {
			return fmt.Errorf("mount %s: %w", mount.target, err)
		}
	}
	return exec.Command("ip", "link", "set", "lo", "up").Run()
}

// ownState has the tests keep their state in dir. What a killed one leaves is known
// by its number, which means nothing to a janitor of another pid namespace.
func ownState(dir string) error {
	state, err := sandbox.StateDir()
	if err != nil {
		return err
	}
	own := filepath.Join(dir, "state")
	for _, made := range []string{state, own} {
		if err := os.MkdirAll(made, 0o711); err != nil {
			return err
		}
	}
	return unix.Mount(own, state, "", unix.MS_BIND, "")
}

// programs are what dockerd is to find. modprobe is not among them: the kernel
// is everybody's.
var programs = []string{"containerd", "containerd-shim", "containerd-shim-runc-v2", "runc", "docker-proxy", "docker-init", "iptables", "ip6tables",
	"ip", "ps", "tar", "xz", "unpigz"}

// startDocker starts a daemon and waits until its socket is there: it listens
// when it is ready.
func startDocker(dir string) error {
	if !installed("dockerd") {
		return nil
	}
	bin, err := linked(dir)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "dockerd.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	socket := filepath.Join(dir, "docker.sock")
	config := filepath.Join(dir, "daemon.json")
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		return err
	}
	c := exec.Command("dockerd", "--config-file", config, "--host", "unix://"+socket, "--pidfile", filepath.Join(dir, "docker.pid"),
		"--data-root", filepath.Join(dir, "docker"), "--exec-root", "/run/docker", "--cgroup-parent", "/"+group(dir))
	c.Env = append(os.Environ(), "PATH="+bin)
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if ready(socket) {
			return os.Setenv("DOCKER_HOST", "unix://"+socket)
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(log.Name())
			return fmt.Errorf("dockerd does not answer:\n%s", said)
		}
	}
}

// linked is a directory with links to the programs, and nothing else.
func linked(dir string) (string, error) {
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return "", err
	}
	for _, name := range programs {
		found, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if err := os.Symlink(found, filepath.Join(bin, name)); err != nil {
			return "", err
		}
	}
	return bin, nil
}

// preparePodman gives podman a store of its own, and settings that do here: runc,
// for crun refuses two kinds of cgroups at once, and limits that a root without
// CAP_SYS_RESOURCE may set.
func preparePodman(dir string) error {
	for name, text := range map[string]string{
		"CONTAINERS_STORAGE_CONF": fmt.Sprintf("[storage]\ndriver = \"overlay\"\ngraphroot = %q\nrunroot = \"/run/containers\"\n", filepath.Join(dir, "podman")),
		"CONTAINERS_CONF": fmt.Sprintf("[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"+
			"tmp_dir = \"/run/libpod\"\n[network]\nnetwork_config_dir = %q\n[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=4096:4096\"]\n", filepath.Join(dir, "networks")),
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		if err := os.Setenv(name, file); err != nil {
			return err
		}
	}
	return nil
}
