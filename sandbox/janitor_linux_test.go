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
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
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

// foreignNames look like tentpole's, and are not.
var foreignNames = []string{
	"name", "name@", "@", "name@1.2", "name@1.2.3.4", "name@a.2.c0ffee00", "name@0.2.c0ffee00", "name@-7.2.c0ffee00",
	"name@007.2.c0ffee00", "name@1.+2.c0ffee00", "name@1.2.", "name@99999999999999999999.2.c0ffee00", "a@b@1.2.c0ffee00",
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

// TestSweepGivesUp: what does not go in time is left for the next one, and
// nobody waits for it.
func TestSweepGivesUp(t *testing.T) {
	j := &janitor{Swept: &Swept{}, deadline: time.Now().Add(10 * time.Millisecond)}
	stuck := make(chan bool)
	defer close(stuck)
	j.item("directory", "one", func() ([]string, error) { <-stuck; return nil, nil })
	j.deadline = time.Now().Add(itemPatience)
	j.item("directory", "two", func() ([]string, error) { return nil, unix.EBUSY })
	if len(j.Left) != 2 || len(j.Trees) > 0 || j.Left[1] != (Leftover{"directory", "two", unix.EBUSY.Error()}) {
		t.Errorf("%+v", j.Swept)
	}
}

// TestStartIsNotHeldUp: a start does not fail because of what the janitor could
// not remove, nor because another janitor is at work.
func TestStartIsNotHeldUp(t *testing.T) {
	home, sandboxes := homeOfVictims(t)
	dir, err := openSandboxes(filepath.Dir(sandboxes))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	unlock, err := lockSandboxes(dir)
	if err != nil {
		t.Fatal(err)
	}
	var second sync.WaitGroup
	second.Go(func() {
		if _, err := Sweep(filepath.Dir(sandboxes)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a second janitor: %v", err)
		}
	})
	once := func() {
		v := startVictim(t, home, Spec{}, "once")
		v.say(t, "begin", "up")
		if err := v.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	once()
	second.Wait()
	unlock()
	if os.Geteuid() != 0 {
		return // what follows takes giving a file to somebody else
	}
	theirs := filepath.Join(sandboxes, "theirs@"+deadOwner(t).String())
	if err := os.Mkdir(theirs, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(theirs, 65534, -1); err != nil {
		t.Fatal(err)
	}
	once()
	swept, err := Sweep(filepath.Dir(sandboxes))
	if err != nil || len(swept.Left) != 1 || !exists(theirs) {
		t.Errorf("swept %+v: %v", swept, err)
	}
	if err := os.Remove(theirs); err != nil {
		t.Error(err)
	}
}

// TestManyJanitors sweep one state directory at once, while sandboxes in it
// come and go.
func TestManyJanitors(t *testing.T) {
	m := machine(t)
	dead := deadOwner(t).String()
	sandboxes := filepath.Join(m.State, sandboxesDir)
	for k := range 100 { // all of them before the first sweeps
		if err := os.MkdirAll(filepath.Join(sandboxes, fmt.Sprintf("gone%d@%s/upper/a", k, dead)), 0o711); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				swept, err := Sweep(m.State)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					continue // the others had more to do than it waits for
				}
				if err != nil || len(swept.Left) > 0 {
					t.Errorf("swept %+v: %v", swept, err)
				}
			}
		})
		wg.Go(func() {
			for range 5 {
				startAndClose(t, m, Spec{Layers: Set(Mount, Root)})
			}
		})
	}
	wg.Wait()
	if _, err := Sweep(m.State); err != nil {
		t.Error(err)
	}
	checkNoTrees(t, sandboxes)
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
