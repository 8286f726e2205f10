package lessons_test

import (
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

// words is what the engine of this version has.
var words = lessons.Known{
	Layers:      []string{"mount", "root", "uts", "ipc", "pid", "net", "user", "time", "cgroup"},
	Roots:       []string{"host", "overlay"},
	Experiments: []string{"file"},
	Rows: []string{
		"ns.mount", "ns.uts", "ns.ipc", "ns.pid", "ns.net", "ns.user", "ns.cgroup", "ns.time",
		"mounts", "root", "uid", "gid", "capabilities", "no_new_privs", "seccomp", "cgroup",
		"hostname", "interfaces", "pid", "processes", "boot",
	},
}

func TestCourse(t *testing.T) {
	c, err := lessons.LoadAll(content.FS, words)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Lessons) < 3 || c.Lessons[0].ID != "a-process" {
		t.Errorf("the course begins with %q and has %d lessons", c.Lessons[0].ID, len(c.Lessons))
	}
	for _, l := range c.Lessons {
		if c.PartTitle(l.Part) == "" {
			t.Errorf("%s: part %d has no title", l.ID, l.Part)
		}
		for _, w := range l.Lint() {
			t.Error(w)
		}
		t.Logf("%s: %d minutes, %d steps", l.Label(), l.Length(), len(l.Steps))
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"a-process.md", "mounts.md", "processes.md"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := lessons.Load(content.FS, name, words); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoadAll(b *testing.B) {
	for b.Loop() {
		if _, err := lessons.LoadAll(content.FS, words); err != nil {
			b.Fatal(err)
		}
	}
}
