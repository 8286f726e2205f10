package export

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain compares the machine before and after: what a test leaves behind is
// a failure of the whole package.
func TestMain(m *testing.M) {
	before := mountTable()
	code := m.Run()
	if left := left(before); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "left behind by the tests:\n"+left)
		code = 1
	}
	os.Exit(code)
}

func mountTable() (list []string) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		list = append(list, s.Text())
	}
	return list
}

// left says what is there of the tests. What is on its way out gets a moment.
func left(before []string) (found string) {
	settled(func() bool {
		found = ""
		for _, line := range mountTable() {
			if !slices.Contains(before, line) {
				found += "mount: " + line + "\n"
			}
		}
		for _, dir := range groups() {
			found += "cgroup: " + dir + "\n"
		}
		for _, p := range processes(func(args []string) bool { return strings.Contains(strings.Join(args, " "), mark) }) {
			found += fmt.Sprintln("process:", p)
		}
		return found == ""
	})
	return found
}

// mark stands in the arguments of every command, and in the path of every file,
// of these tests.
var mark = fmt.Sprintf("7%07d", os.Getpid())

// groups lists the cgroups of engines and scripts that these tests started.
func groups() (dirs []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(p string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(p, mark) {
			dirs = append(dirs, p)
		}
		return nil
	})
	return dirs
}

// settled tells whether something becomes true within a while.
func settled(is func() bool) bool {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if is() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// processes finds those whose arguments are as wanted, by their numbers.
func processes(want func(args []string) bool) (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		text, err := os.ReadFile(dir + "/cmdline")
		if err != nil || len(text) == 0 || !want(strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")) {
			continue
		}
		var pid int
		if _, err := fmt.Sscan(filepath.Base(dir), &pid); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// skip says why a test cannot run here; where everything must run it fails.
func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" && !strings.HasPrefix(why, "needs root: ") {
		t.Fatal("cannot be skipped here: " + why)
	}
	t.Skip(why)
}

// directory makes one that root of a sandbox, who may be nobody here, can pass
// through.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-export-"+mark+"-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
