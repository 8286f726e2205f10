//go:build linux

package applet

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user that the limit on processes holds for; it does not for root.
const nobody = 65534

// atLimit runs a script of our shell in a user namespace where nobody has any
// process yet, so that `ulimit -u` counts the script's alone.
func atLimit(t *testing.T, script string) result {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o755) // whoever runs this must pass
	}
	program := filepath.Join(dir, "tiny")
	copyFile(t, os.Args[0], program)
	for _, name := range []string{"sh", "sleep"} {
		if err := os.Symlink("tiny", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command(t, "/", "sh", "-c", script)
	cmd.Path = program
	cmd.Env = []string{"PATH=" + dir}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = nobody, nobody
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: gid, Size: 1}},
		Credential:  &syscall.Credential{NoSetGroups: true},
	}
	return finish(t, cmd, "")
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err == nil {
		err = out.Chmod(0o755)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestShellLivesAtTheLimit starts more than the limit on processes allows. The
// shell says so, goes on, can end what it has started, and then start more. (The
// commands are Go's, too: one that gets a process and not its threads dies.)
func TestShellLivesAtTheLimit(t *testing.T) {
	got := atLimit(t, `ulimit -u 30
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 1000 & done
echo alive
kill %1
wait %1; echo $?
for n in 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do kill %$n 2>/dev/null; done
wait
sleep 0; echo $?`)
	if want := "alive\n143\n0\n"; got.out != want {
		t.Errorf("printed %q, want %q; complaints: %.1000s", got.out, want, got.err)
	}
	if !strings.Contains(got.err, "sh: sleep: Resource temporarily unavailable\n") {
		t.Errorf("complaints: %.1000s", got.err)
	}
}

// TestKillOfAnEndedJob wants the shell not to be hit: kill(2) takes 0 for all.
func TestKillOfAnEndedJob(t *testing.T) {
	got := run(t, "/", "", "sh", "-c", "nosuchcommand & kill %1; echo $?; fg; echo alive")
	if got.out != "1\nalive\n" || !strings.Contains(got.err, "kill: %1: no such process\n") {
		t.Errorf("%+v", got)
	}
}
