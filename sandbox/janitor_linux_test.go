package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// deadOwner is a process that has been and is no more.
func deadOwner(t *testing.T) owner {
	t.Helper()
	cmd := exec.Command("sleep", "3600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	start, _, err := startOf(strconv.Itoa(cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	return owner{cmd.Process.Pid, start, bootID(), viewpoint()}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestSweep(t *testing.T) {
	m := machine(t)
	alive := open(t, m, Spec{Layers: Set(Mount), Name: "alive"})
	dead := deadOwner(t)
	sandboxes := filepath.Join(m.State, "sandboxes")
	tree := filepath.Join(sandboxes, "gone@"+dead.String())
	foreign := filepath.Join(sandboxes, "not-ours")
	ours, changed := filepath.Join(m.State, "canary"), filepath.Join(m.State, "changed")
	for _, dir := range []string{filepath.Join(tree, "upper", "locked"), foreign} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(tree, "upper", "locked"), 0); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(tree, canariesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []canary{{ours, "mine\n"}, {changed, "mine\n"}, {"/etc/passwd", ""}, {filepath.Join(m.State, "missing"), "x"}} {
		if err := json.NewEncoder(f).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	for file, content := range map[string]string{ours: "mine\n", changed: "mine\nand more"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	swept, err := Sweep(m.State)
	if err != nil {
		t.Fatal(err)
	}
	if exists(tree) || exists(ours) {
		t.Errorf("still there: tree %v, canary %v", exists(tree), exists(ours))
	}
	if !exists(changed) || !exists(foreign) || !exists("/etc/passwd") || !exists(alive.plan.tree) {
		t.Error("something was removed that is not a dead sandbox's")
	}
	if len(swept.Trees) != 1 || len(swept.Canaries) != 1 {
		t.Errorf("%+v", swept)
	}
}

func TestFindByName(t *testing.T) {
	m := machine(t)
	t.Setenv("XDG_STATE_HOME", m.State)
	t.Setenv("SUDO_UID", "")
	m.State = filepath.Join(m.State, "tentpole")
	s := open(t, m, Spec{Layers: Set(Mount, PID), Name: "findme"})
	p, err := s.Hold(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	pid, err := Find("findme")
	if err != nil || pid != p.PID() {
		t.Errorf("found %d (%v), the command is %d", pid, err, p.PID())
	}
	if _, err := Find("nobody"); !IsUsage(err) {
		t.Errorf("%v", err)
	}
}

// TestCanaryOfAKilledRun: a file that an experiment has made on the host goes
// with the next start even if nobody was left to remove it.
func TestCanaryOfAKilledRun(t *testing.T) {
	m := machine(t)
	file := filepath.Join(os.TempDir(), testMark+"-canary")
	s := open(t, m, Spec{})
	if _, err := s.Create(context.Background(), file, "random content"); err != nil {
		t.Fatal(err)
	}
	if !exists(file) {
		t.Fatal("the file was not made")
	}
	// As if the owner had died: its name in the state directory is another's.
	left := filepath.Join(m.State, "sandboxes", "killed@"+deadOwner(t).String())
	if err := os.MkdirAll(left, 0o711); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(s.plan.tree, canariesFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, canariesFile), list, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Sweep(m.State); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestOwners(t *testing.T) {
	here := me()
	reborn, elsewhere, before, unknown := here, here, here, here
	reborn.start++
	elsewhere.view += "0badcafe"
	before.boot = "00000000"
	unknown.boot = noBoot
	for _, tt := range []struct {
		name        string
		o           owner
		alive, dead bool
	}{
		{"this process", here, true, false},
		{"its number, when it was another's", reborn, false, true},
		{"in another pid or time namespace", elsewhere, false, false},
		{"in another boot", before, false, true},
		{"in a boot that nobody knows", unknown, false, false},
		{"a process that was", deadOwner(t), false, true},
	} {
		name, o, ok := parseOwned("a-name@" + tt.o.String())
		if !ok || o != tt.o || name != "a-name" {
			t.Errorf("%s: %s is read as %q %+v", tt.name, tt.o, name, o)
		}
		if o.alive() != tt.alive || o.dead() != tt.dead {
			t.Errorf("%s: alive %v, dead %v", tt.name, o.alive(), o.dead())
		}
		if ownerLives("a-name@"+tt.o.String()) == tt.dead {
			t.Errorf("%s: to the bridge, may live is %v", tt.name, !tt.dead)
		}
	}
	for _, entry := range foreignNames {
		if _, o, ok := parseOwned(entry); ok {
			t.Errorf("%q is read as %+v", entry, o)
		}
		if !ownerLives(entry) {
			t.Errorf("to the bridge, %q is dead", entry)
		}
	}
}

// TestSweepInside: whoever runs tentpole inside a sandbox of tentpole's sees
// other process numbers, or another clock, and takes none of the host's
// sandboxes for a dead one's.
func TestSweepInside(t *testing.T) {
	m := machine(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []LayerSet{Set(Mount, PID), Set(PID), Set(Time)} {
		s := open(t, m, Spec{Layers: set})
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		p, err := s.Start(context.Background(), Command{Args: []string{self, testMark}, Stdout: w,
			Env: []string{"TENTPOLE_TEST_ROLE=sweep", "TENTPOLE_TEST_STATE=" + m.State}})
		w.Close()
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(r)
		var swept Swept
		if err := json.Unmarshal(said, &swept); err != nil {
			t.Fatalf("%s: inside, it says %q", set, said)
		}
		if _, err := p.Wait(context.Background()); err != nil {
			t.Error(err)
		}
		if len(swept.Trees)+len(swept.Cgroups) > 0 || !exists(s.plan.tree) {
			t.Errorf("%s: from inside, %+v", set, swept)
		}
	}
}

// sweepInside is what it does there.
func sweepInside() int {
	swept, err := Sweep(os.Getenv("TENTPOLE_TEST_STATE"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	json.NewEncoder(os.Stdout).Encode(swept)
	return 0
}

// TestRemoveProtected: root inside may have protected files from root outside.
func TestRemoveProtected(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: chattr +i")
	}
	s := open(t, m, Spec{Layers: Set(Mount, Root)})
	upper := s.plan.Caught("/opt/file")
	if out, code := output(t, s, "sh", "-c", "mkdir -p /opt/dir && echo >/opt/dir/file && echo >/opt/file"); code != 0 {
		t.Fatal(out)
	}
	for _, name := range []string{upper, filepath.Join(filepath.Dir(upper), "dir/file"), filepath.Join(filepath.Dir(upper), "dir")} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, 0x10); err != nil {
			t.Logf("%s cannot be made immutable here: %v", name, err)
		}
		f.Close()
	}
	if err := s.Close(); err != nil || exists(s.plan.tree) {
		t.Errorf("%v; the tree is there: %v", err, exists(s.plan.tree))
	}
}
