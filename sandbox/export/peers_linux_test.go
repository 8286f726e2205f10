package export

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// peer is another tool that makes what an export says.
type peer struct {
	name     string
	form     Form
	programs []string
	// command is what starts it, in a directory of its own.
	command func(t *testing.T, e Export, dir string, args []string) *exec.Cmd
	admin   bool // it needs root here
}

var peers = []peer{
	{name: "sh", form: Unshare, programs: []string{"unshare", "setpriv", "nsenter", "ip"}, command: runScript},
	{name: "runc", form: OCI, programs: []string{"runc"}, command: runBundle("runc")},
	{name: "crun", form: OCI, programs: []string{"crun"}, command: runBundle("crun")},
	{name: "podman", form: Docker, programs: []string{"podman"}, command: runEngine, admin: true},
}

// export says the plan for the peer; ok is false when there are no words for
// it, and the error says so.
func (q peer) export(t *testing.T, p *sandbox.Plan, here Surroundings, args []string) (e Export, ok bool) {
	t.Helper()
	for _, program := range q.programs {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	if q.admin && p.Rootless {
		skip(t, "needs root: "+q.name+" as an ordinary user wants a session")
	}
	e, err := As(q.form, p, here, args)
	switch {
	case err == nil:
		if q.name == "crun" && p.Rootless && hybrid() {
			skip(t, "needs root: crun does not run with the v2 tree of a hybrid machine in sight")
		}
		return e, true
	case sandbox.IsUsage(err) && (!p.Root.Own() || p.Rootless && p.Root == sandbox.RootOverlay):
		return e, false
	}
	t.Fatal(err)
	return e, false
}

// hybrid tells that the machine has cgroups of both versions.
func hybrid() bool {
	_, err := os.Stat("/sys/fs/cgroup/unified")
	return err == nil
}

// board starts the peer, waits for the command inside and reads its board; then
// it ends the command, and sees to it that nothing stays.
func (q peer) board(t *testing.T, e Export, args []string) facts.Board {
	t.Helper()
	run := q.start(t, e, args)
	pid, err := find(args, run.ended)
	if err != nil {
		t.Fatalf("%v\n%s", err, run.complaints.String())
	}
	board := boardOf(t, pid)
	syscall.Kill(pid, syscall.SIGKILL)
	run.end(t)
	return board
}

// running is a peer at work.
type running struct {
	cmd                *exec.Cmd
	output, complaints bytes.Buffer
	ended              chan error
}

// start starts the peer. Whatever happens, nothing of it outlives the test.
func (q peer) start(t *testing.T, e Export, args []string) *running {
	t.Helper()
	dir := directory(t)
	run := &running{cmd: q.command(t, e, dir, args), ended: make(chan error, 1)}
	run.cmd.Stdin = strings.NewReader("") // crun chowns what it is given, the host's /dev/null too
	run.cmd.Stdout, run.cmd.Stderr = &run.output, &run.complaints
	run.cmd.WaitDelay = time.Second
	run.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-run.cmd.Process.Pid, syscall.SIGKILL)
		tidy(t, dir, run.cmd.Process.Pid)
	})
	go func() { run.ended <- run.cmd.Wait() }()
	return run
}

// end waits for the peer to end by itself.
func (r *running) end(t *testing.T) {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not end with its command")
	}
}

// find waits for the process whose arguments are exactly these.
func find(args []string, ended chan error) (pid int, err error) {
	ok := settled(func() bool {
		select {
		case err = <-ended:
			err = fmt.Errorf("it ended before its command was there: %v", err)
			return true
		default:
		}
		found := processes(func(theirs []string) bool { return slices.Equal(theirs, args) })
		if len(found) == 1 {
			pid = found[0]
		}
		return pid != 0
	})
	if !ok {
		err = fmt.Errorf("its command does not come up")
	}
	return pid, err
}

// tidy checks that the peer took away what it made.
func tidy(t *testing.T, dir string, script int) {
	t.Helper()
	left := fmt.Sprintf("tentpole-script-%d", script)
	for _, pattern := range []string{dir + "/tentpole.*", "/sys/fs/cgroup/*/" + left, "/sys/fs/cgroup/*/*/*/" + left} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			t.Errorf("left behind: %v", found)
		}
	}
	of := func() []int {
		return processes(func(args []string) bool { return strings.Contains(strings.Join(args, " "), dir) })
	}
	if !settled(func() bool { return len(of()) == 0 }) {
		t.Error("processes do not end")
		for _, pid := range of() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	// The engine's own group, above its containers'. The kernel calls a group
	// busy for a moment after its last process is gone.
	empty := func() bool {
		for _, group := range slices.Backward(groups()) {
			_ = os.Remove(group)
		}
		return len(groups()) == 0
	}
	if !settled(empty) {
		t.Errorf("left behind: %v", groups())
	}
}

var sleepers int

// sleeper is a command that stays, and that no other is like.
func sleeper() []string {
	sleepers++
	return []string{"sleep", fmt.Sprintf("1000.%s%04d", mark, sleepers)}
}

// runScript runs the script as it is.
func runScript(t *testing.T, e Export, dir string, args []string) *exec.Cmd {
	script := filepath.Join(dir, "script")
	write(t, script, e.Text)
	cmd := exec.Command("sh", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	return cmd
}

// runBundle makes a bundle and runs it, in a mount namespace that takes the
// prepared root with it. crun does not run with the v2 tree of a hybrid machine
// in sight.
func runBundle(runtime string) func(*testing.T, Export, string, []string) *exec.Cmd {
	return func(t *testing.T, e Export, dir string, _ []string) *exec.Cmd {
		write(t, filepath.Join(dir, "config.json"), e.Text)
		hide := ""
		if runtime == "crun" && hybrid() {
			hide = "mount -t tmpfs tmpfs /sys/fs/cgroup/unified && "
		}
		line := "cd " + dir + " && " + hide + e.Prepare + " && exec " + runtime + " --root " + dir + "/state run tentpole-" + filepath.Base(dir)
		if os.Geteuid() != 0 {
			return exec.Command("sh", "-c", line)
		}
		return exec.Command("unshare", "--mount", "sh", "-c", line)
	}
}

// runEngine runs the command line with a podman that keeps everything in the
// test's directory, and what it keeps elsewhere in a mount namespace.
func runEngine(t *testing.T, e Export, dir string, _ []string) *exec.Cmd {
	podman, err := exec.LookPath("podman")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(bin, "podman"), fmt.Sprintf(`#!/bin/sh
shift
exec %s --root %[2]s/root --runroot %[2]s/run --tmpdir %[2]s/tmp --storage-driver vfs --cgroup-manager cgroupfs --events-backend none --runtime runc \
	run --log-driver none --cgroup-parent /tentpole-%[3]s --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 "$@"
`, podman, dir, mark))
	if err := os.Symlink("podman", filepath.Join(bin, "docker")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm && cd "+dir+"\n"+e.Text)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	return cmd
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
