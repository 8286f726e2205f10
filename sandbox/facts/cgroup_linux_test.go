package facts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
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
