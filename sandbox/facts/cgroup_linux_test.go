package facts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestLimitsAreInherited(t *testing.T) {
	top := t.TempDir()
	for name, value := range map[string]string{
		"a/memory.max": "67108864\n", "a/pids.max": "100\n", "a/cpu.max": "50000 100000\n",
		"a/b/memory.max": "max\n", "a/b/pids.max": "32\n", "a/b/cpu.max": "max 100000\n",
	} {
		write(t, filepath.Join(top, name), value)
	}
	c := Cgroup{Hierarchy: Unified, Path: "/a/b"}
	if err := c.read([]Mount{{FSType: "cgroup2", Root: "/", Target: top}}); err != nil {
		t.Fatal(err)
	}
	want := Cgroup{
		Hierarchy: Unified, Path: "/a/b", Dir: top + "/a/b",
		Limits:    map[string]string{"memory.max": "max", "pids.max": "32", "cpu.max": "max 100000"},
		Inherited: map[string]string{"memory.max": "67108864", "cpu.max": "50000 100000"},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestCgroupThatIsNotThere(t *testing.T) {
	c := Cgroup{Hierarchy: "memory", Path: "/gone (deleted)"}
	mounts := []Mount{{FSType: "cgroup", Root: "/", Target: t.TempDir(), FSOptions: "rw,memory"}}
	if err := c.read(mounts); err != nil || c.Dir != "" {
		t.Errorf("%+v %v", c, err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The cgroup namespace of a child begins where the child is.
func TestCgroupPathInside(t *testing.T) {
	host := mustSelf(t)
	for _, c := range host.Cgroups {
		if c.Inside != c.Path {
			t.Errorf("this process is in %q and finds itself in %q", c.Path, c.Inside)
		}
	}
	p := start(t, unix.CLONE_NEWCGROUP)
	f := mustRead(t, p.Process.Pid)
	r, _ := Compare(host, f).Row("cgroup_path")
	if r.Word != Own {
		t.Errorf("row %+v", r)
	}
	if os.Geteuid() != 0 {
		if r.Inside != "?" || !strings.Contains(r.Note, "not permitted") {
			t.Errorf("row %+v", r)
		}
		told, err := os.ReadFile("/proc/self/cgroup")
		if err != nil {
			t.Fatal(err)
		}
		f = mustRead(t, p.Process.Pid, WithCgroup(string(told)))
		if r, _ := Compare(host, f).Row("cgroup_path"); r.Inside != r.Host || !strings.HasPrefix(r.Note, "hierarchy ") {
			t.Errorf("row %+v although it was told", r)
		}
		return
	}
	for _, c := range f.Cgroups {
		if c.Inside != "/" {
			t.Errorf("hierarchy %s: the child finds itself in %q, not at the root", c.Hierarchy, c.Inside)
		}
	}
	if now := mustSelf(t).Namespaces; now["cgroup"] != host.Namespaces["cgroup"] {
		t.Error("asking has moved this process")
	}
}

// A real limit on a real process, where the tests may make a cgroup.
func TestRealPidsLimit(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: makes a cgroup; the same test runs as root too")
	}
	host := mustSelf(t)
	dir := cgroupWithPids(t, host)
	write(t, dir+"/pids.max", "77")
	p := start(t, 0)
	write(t, dir+"/cgroup.procs", itoa(p.Process.Pid))
	t.Cleanup(p.end) // before the directory goes
	f := mustRead(t, p.Process.Pid)
	board := Compare(host, f)
	if r, _ := board.Row("limits.pids"); r.Inside != "77" || r.Word != Limited {
		t.Errorf("row %+v", r)
	}
	used := mustRead(t, p.Process.Pid, WithUsage()).Usage
	if used == nil || used.PIDs.Max == nil || *used.PIDs.Max != 77 || used.PIDs.Current == nil || *used.PIDs.Current == 0 {
		t.Errorf("usage %+v", used)
	}
	if r, _ := board.Row("cgroup"); r.Word != Own || filepath.Base(r.Inside) != filepath.Base(dir) {
		t.Errorf("row %+v", r)
	}
}

// cgroupWithPids makes a cgroup below the caller's own, with pids.max.
func cgroupWithPids(t *testing.T, host Facts) string {
	t.Helper()
	for _, c := range host.Cgroups {
		if c.Dir == "" || !c.has("pids") && !c.has(Unified) {
			continue
		}
		dir := filepath.Join(c.Dir, fmt.Sprintf("tentpole-facts-test-%d", os.Getpid()))
		if os.Mkdir(dir, 0o755) != nil {
			continue
		}
		t.Cleanup(func() {
			if err := os.Remove(dir); err != nil {
				t.Error(err)
			}
		})
		if _, err := os.Stat(dir + "/pids.max"); err == nil {
			return dir
		}
	}
	skip(t, "no cgroup with a pids controller can be made here")
	return ""
}
