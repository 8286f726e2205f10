package facts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
)

const childEnv = "TENTPOLE_FACTS_TEST_CHILD"

// A child stays on its main thread: that is the one /proc/PID is about, and
// much of what it does to itself is a matter of one thread.
func init() {
	if _, ok := os.LookupEnv(childEnv); ok {
		runtime.LockOSThread()
	}
}

// askedOnMain says that a thread to be thrown away was the main one.
var askedOnMain bool

// TestMain is also the main of the processes the tests read.
func TestMain(m *testing.M) {
	if actions, ok := os.LookupEnv(childEnv); ok {
		if err := child(actions); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The main goroutine begins on the main thread, and what it starts and
	// then waits for runs there too: the case that no test can arrange.
	for range 100 {
		on := make(chan int)
		onThrowawayThread(func() { on <- unix.Gettid() })
		askedOnMain = askedOnMain || <-on == os.Getpid()
	}
	code := m.Run()
	if left := children(); left != "" {
		fmt.Fprintln(os.Stderr, "the tests left processes behind:", left)
		code = 1
	}
	os.Exit(code)
}

func children() string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	return string(b)
}

// child does to itself what the test asks, says so, and waits to be let go.
func child(actions string) error {
	for action := range strings.SplitSeq(actions, ",") {
		name, value, _ := strings.Cut(action, "=")
		if err := act(name, value); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func act(name, value string) error {
	switch name {
	case "hostname":
		return unix.Sethostname([]byte(value))
	case "chroot":
		return unix.Chroot(value)
	case "name": // of the main thread, which is the one /proc shows
		return os.WriteFile("/proc/self/comm", []byte(value), 0)
	case "clock":
		return restartWithClock(value)
	case "no_new_privs":
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	case "landlock":
		return enterDomain()
	case "child":
		return grandchild()
	}
	return nil
}

// restartWithClock moves this process to a time namespace whose boot clock is
// ahead by so many seconds. A time namespace takes effect at the next exec.
func restartWithClock(seconds string) error {
	if err := unix.Unshare(unix.CLONE_NEWTIME); err != nil {
		return err
	}
	if err := os.WriteFile("/proc/self/timens_offsets", []byte("boottime "+seconds+" 0"), 0); err != nil {
		return err
	}
	if err := os.Setenv(childEnv, ""); err != nil { // or it would do this for ever
		return err
	}
	return unix.Exec("/proc/self/exe", os.Args, os.Environ())
}

// enterDomain has the main thread take on a Landlock domain.
func enterDomain() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	ruleset, err := landlock.Ruleset()
	if err != nil {
		return err
	}
	defer unix.Close(ruleset)
	return landlock.Enter(ruleset)
}

// grandchild starts a process that holds the same end of the same pipe, and so
// ends when this one does.
func grandchild() error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childEnv+"=")
	cmd.Stdin = os.Stdin
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = bufio.NewReader(out).ReadString('\n')
	return err
}

// process is a started child. Its end comes with the test's.
type process struct {
	*exec.Cmd
	let io.Closer
}

// start runs a child in new namespaces. Unless the caller is root it gets a
// user namespace too, with the caller's ids as root.
func start(t *testing.T, flags uintptr, actions ...string) process {
	t.Helper()
	attr := &syscall.SysProcAttr{Cloneflags: flags &^ unix.CLONE_NEWTIME, Unshareflags: flags & unix.CLONE_NEWTIME}
	if os.Geteuid() != 0 && flags != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
	}
	if attr.Cloneflags&unix.CLONE_NEWUSER != 0 {
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: mappedTo(os.Getuid()), Size: 1}}
		attr.Credential = &syscall.Credential{NoSetGroups: true} // root of the new one
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: mappedTo(os.Getgid()), Size: 1}}
	}
	// A copy of the test's own binary may lie where only its owner can go.
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join(actions, ","))
	cmd.SysProcAttr = attr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) {
			skip(t, "this machine refuses the namespaces: "+err.Error())
		}
		t.Fatal(err)
	}
	p := process{cmd, in}
	t.Cleanup(p.end)
	if err := out.(*os.File).SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "ready\n" {
		skip(t, fmt.Sprintf("the child could not do its part: %s %v", strings.TrimSpace(said), err))
	}
	return p
}

// mappedTo is the id that root of a child's user namespace is outside. Root
// can map anybody, so its children get an id that differs.
func mappedTo(id int) int {
	if os.Geteuid() == 0 {
		return 1000
	}
	return id
}

func (p process) end() {
	_ = p.let.Close()
	_ = p.Process.Kill()
	_ = p.Wait()
}

// where a child goes with chroot.
func emptyDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
