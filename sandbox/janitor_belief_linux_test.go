package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// foreignNames look like tentpole's, and are not.
var foreignNames = []string{
	"name", "name@", "@", "name@1.2", "name@1.2.3.4", "name@a.2.c0ffee00", "name@0.2.c0ffee00", "name@-7.2.c0ffee00",
	"name@007.2.c0ffee00", "name@1.+2.c0ffee00", "name@1.2.", "name@99999999999999999999.2.c0ffee00", "a@b@1.2.c0ffee00",
}

// TestSweepBelievesNobody: what somebody has put into the state directory makes
// the janitor touch nothing that is not a dead sandbox's own, and keeps it
// waiting for nothing.
func TestSweepBelievesNobody(t *testing.T) {
	m := machine(t)
	dead := deadOwner(t).String()
	sandboxes, outside := filepath.Join(m.State, sandboxesDir), filepath.Join(m.State, "outside")
	// What the records below name, none of it their own.
	groups := foreignGroups(t, dead)
	directory := filepath.Join(outside, groupPrefix+"plain@"+dead)
	for _, dir := range []string{sandboxes, directory} {
		if err := os.MkdirAll(dir, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	kept := filepath.Join(directory, "kept")
	writeFile(t, kept, "kept")

	tree := func(name string) string {
		dir := filepath.Join(sandboxes, name+"@"+dead)
		if err := os.Mkdir(dir, 0o710); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	writeRecord(t, tree("plain"), directory)
	writeRecord(t, tree("groups"), groups...)
	for i, group := range groups { // by way of a name of its own
		own := "climbs" + strconv.Itoa(i)
		writeRecord(t, tree(own), path.Dir(group)+"/"+groupPrefix+own+"@"+dead+"/../"+path.Base(group))
	}
	linked := tree("linked")
	link := filepath.Join(outside, groupPrefix+"linked@"+dead)
	if err := os.Symlink(path.Dir(append(groups, "/x/y")[0]), link); err != nil {
		t.Fatal(err)
	}
	writeRecord(t, linked, link)
	writeFile(t, filepath.Join(tree("broken"), recordFile), `{"cgroups": ["/sys`)
	writeFile(t, filepath.Join(tree("huge"), recordFile), `{"cgroups": ["`+strings.Repeat("/sys", mostRecord)+`"]}`)
	writeFile(t, filepath.Join(tree("deep"), recordFile), strings.Repeat(`{"a":`, 10000))
	for _, file := range []string{recordFile, canariesFile} {
		dir := tree("waits-for-" + strings.TrimSuffix(file, ".json"))
		if err := unix.Mkfifo(filepath.Join(dir, file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(sandboxes, "a-file@"+dead), "")
	if err := os.Symlink(outside, filepath.Join(sandboxes, "a-link@"+dead)); err != nil {
		t.Fatal(err)
	}
	announced := tree("announced")
	if err := os.Symlink(kept, filepath.Join(outside, "canary")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(announced, canariesFile), fmt.Sprintf(`{"path":%q,"content":"kept"} {"path":%q,"content":"kept"}`,
		filepath.Join(outside, "canary"), directory+"/../"+filepath.Base(directory)+"/kept"))
	for _, name := range foreignNames {
		if err := os.MkdirAll(filepath.Join(sandboxes, name), 0o711); err != nil {
			t.Fatal(err)
		}
	}

	swept, err := Sweep(m.State)
	if err != nil {
		t.Fatal(err)
	}
	if len(swept.Cgroups)+len(swept.Canaries)+len(swept.Left) > 0 {
		t.Errorf("swept %+v", swept)
	}
	if !exists(kept) {
		t.Error("a file outside is gone")
	}
	for _, group := range groups {
		if members, err := cgroup.Processes(group); err != nil || len(members) != 1 {
			t.Errorf("%s has %v in it: %v", group, members, err)
		}
	}
	for _, e := range list(sandboxes) {
		if strings.HasSuffix(e.Name, dead) {
			t.Errorf("%s is left", e.Name)
		}
	}
	for _, name := range foreignNames {
		if !exists(filepath.Join(sandboxes, name)) {
			t.Errorf("%q is gone", name)
		}
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeRecord(t *testing.T, tree string, groups ...string) {
	t.Helper()
	b, err := json.Marshal(record{Name: "hostile", Init: 1, Cgroups: groups})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(tree, recordFile), string(b))
}

// foreignGroups makes cgroups with a process in each, wherever this user may:
// one of an owner who lives, one of a name that is none, and one of a dead
// owner's in a place where tentpole makes none.
func foreignGroups(t *testing.T, dead string) (groups []string) {
	t.Helper()
	for _, parent := range cgroup.Look().Directories() {
		for _, name := range []string{"alive@" + ownerTag(), "nobody", "nested/" + groupPrefix + "nested@" + dead} {
			dir := filepath.Join(parent, groupPrefix+"test-"+name)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			sleeper := exec.Command("sleep", longSleep)
			if err := sleeper.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				sleeper.Process.Kill()
				sleeper.Wait()
				for dir := dir; dir != parent; dir = path.Dir(dir) {
					if err := cgroup.Remove(dir, itemPatience); err != nil {
						t.Error(err)
					}
				}
			})
			if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(sleeper.Process.Pid)), 0); err != nil {
				t.Fatal(err)
			}
			groups = append(groups, dir)
		}
	}
	return groups
}

// TestRecordedGroup: a cgroup that lies where the janitor does not look by
// itself goes because the record of its sandbox names it.
func TestRecordedGroup(t *testing.T) {
	m := machine(t)
	tree := "gone@" + deadOwner(t).String()
	var groups []string
	for _, parent := range cgroup.Look().Directories() {
		above := filepath.Join(parent, groupPrefix+"test-"+longSleep)
		groups = append(groups, filepath.Join(above, groupPrefix+tree))
		if err := os.MkdirAll(groups[len(groups)-1], 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := cgroup.Remove(above, itemPatience); err != nil {
				t.Error(err)
			}
		})
	}
	dir := filepath.Join(m.State, sandboxesDir, tree)
	if err := os.MkdirAll(dir, 0o710); err != nil {
		t.Fatal(err)
	}
	writeRecord(t, dir, groups...)
	swept, err := Sweep(m.State)
	slices.Sort(groups)
	if err != nil || !slices.Equal(swept.Cgroups, groups) {
		t.Errorf("swept %+v: %v", swept, err)
	}
}

// TestStateOfSomebodyElse: nothing is believed, changed or removed there.
func TestStateOfSomebodyElse(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: giving files to somebody else")
	}
	const somebody = 65534
	theirs := filepath.Join(m.State, "theirs")
	tree := filepath.Join(theirs, sandboxesDir, "gone@"+deadOwner(t).String())
	if err := os.MkdirAll(tree, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{theirs, filepath.Dir(tree), tree} {
		if err := os.Chown(file, somebody, somebody); err != nil {
			t.Fatal(err)
		}
	}
	ours := filepath.Join(m.State, "ours")
	if err := os.Mkdir(ours, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(m.State, "link")
	if err := os.Symlink(ours, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Lchown(link, somebody, somebody); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{theirs, link} {
		if _, err := Sweep(state); !errors.Is(err, unix.EPERM) {
			t.Errorf("%s: %v", state, err)
		}
		p, err := NewPlan(Spec{}, m.in(state))
		if err != nil {
			t.Fatal(err)
		}
		if s, err := Start(context.Background(), p, Options{}); !errors.Is(err, unix.EPERM) {
			t.Errorf("a start in %s: %v", state, err)
			if err == nil {
				s.Close()
			}
		}
	}
	for dir, want := range map[string]os.FileMode{ours: 0o700, tree: 0o700, theirs: 0o700} {
		if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v %v", dir, st.Mode(), err)
		}
	}
	if entries := list(ours); len(entries) > 0 {
		t.Errorf("made in ours by way of their link: %v", entries)
	}
	// A link of one's own may lead wherever it likes.
	if err := os.Lchown(link, os.Geteuid(), -1); err != nil {
		t.Fatal(err)
	}
	if _, err := Sweep(link); err != nil {
		t.Error(err)
	}
}

// TestSweepOfOtherUsers: what belongs to the sandbox of another user, with a
// state directory of its own, is left alone while that one lives, and is that
// one's when it is dead.
func TestSweepOfOtherUsers(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: being another user")
	}
	home, sandboxes := homeOfVictims(t)
	before := lookAround()
	if err := os.Chown(home, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	as := func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	v := startVictimAs(t, as, home, Spec{Layers: Set(Mount)}, "neighbour")
	v.say(t, "begin", "up")
	swept, err := Sweep(m.State)
	if err != nil || len(swept.Trees)+len(swept.Cgroups)+len(swept.Left) > 0 {
		t.Errorf("swept %+v: %v", swept, err)
	}
	v.in.Close()
	v.say(t, "well")
	if err := v.cmd.Wait(); err != nil {
		t.Error(err)
	}
	checkNoTrees(t, sandboxes)
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	if err := os.Chown(home, 0, 0); err != nil {
		t.Fatal(err)
	}
}
