package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// deadOwner is a process that has been and is no more.
func deadOwner(t *testing.T) owner {
	t.Helper()
	cmd := exec.Command("sleep", "100")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	start, _, err := startOf(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	return owner{cmd.Process.Pid, start, bootID()}
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
