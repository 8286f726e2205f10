package lessons_test

import (
	"fmt"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

// words is what the engine has of layers and roots; the rest is not checked
// here, but where the lessons are played.
var words = lessons.Known{
	Layers: []string{
		"mount", "root", "uts", "ipc", "pid", "net", "user", "time", "memory", "cgroup", "cpu", "pids", "io",
		"capabilities", "no-new-privs", "seccomp", "landlock", "masks",
	},
	Roots: []string{"host", "overlay", "tiny"},
}

func TestCourse(t *testing.T) {
	c, err := lessons.LoadAll(content.FS, words)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Lessons) < 3 || c.Lessons[0].ID != "a-process" {
		t.Errorf("the course begins with %q and has %d lessons", c.Lessons[0].ID, len(c.Lessons))
	}
	for _, w := range c.Lint() {
		t.Error(w)
	}
	for _, l := range c.Lessons {
		if c.PartTitle(l.Part) == "" {
			t.Errorf("%s: part %d has no title", l.ID, l.Part)
		}
		t.Logf("%s: %d minutes, %d steps", l.Label(), l.Length(), len(l.Steps))
	}
}

// The outline says of each lesson what the whole course says.
func TestCourseOutline(t *testing.T) {
	whole, err := lessons.LoadAll(content.FS, words)
	if err != nil {
		t.Fatal(err)
	}
	outline, err := lessons.Outline(content.FS, "")
	if err != nil {
		t.Fatal(err)
	}
	line := func(l *lessons.Lesson) string { return l.Label() + fmt.Sprint(l.ID, l.Minutes, l.Summary) }
	for i, l := range whole.Lessons {
		if got := outline.Lessons[i]; line(got) != line(l) || outline.PartTitle(got.Part) != whole.PartTitle(l.Part) {
			t.Errorf("%s in the outline, %s in the course", line(got), line(l))
		}
	}
}

func BenchmarkOutline(b *testing.B) {
	for b.Loop() {
		if _, err := lessons.Outline(content.FS, ""); err != nil {
			b.Fatal(err)
		}
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

// sides are the facts at one moment of a lesson, as the machine had them when
// the lesson was tried by hand.
type sides struct {
	outcome                string
	inFile, hostFile       lessons.File
	inMount, hostMount     lessons.Mount
	inProcess, hostProcess lessons.Process
	kinds, processes       int
}

func (s sides) env() lessons.Env {
	side := func(f lessons.File, m lessons.Mount, p lessons.Process) lessons.Side {
		return lessons.Side{
			NS: lessons.Namespaces{Count: s.kinds}, Processes: s.processes,
			File:    func(string) (lessons.File, error) { return f, nil },
			Mount:   func(string) (lessons.Mount, error) { return m, nil },
			Process: func(string) (lessons.Process, error) { return p, nil },
		}
	}
	return lessons.Env{
		Outcome: s.outcome,
		Inside:  side(s.inFile, s.inMount, s.inProcess),
		Host:    side(s.hostFile, s.hostMount, s.hostProcess),
	}
}

// Each prediction names what happened, whatever it is.
func TestLessonPredictions(t *testing.T) {
	here, tmpfs := lessons.File{Exists: true}, lessons.Mount{Type: "tmpfs", Device: "0:40"}
	proc, other := lessons.Mount{Type: "proc", Device: "0:21"}, lessons.Mount{Type: "proc", Device: "0:39"}
	for _, c := range []struct {
		lesson, step string
		facts        sides
		want         string
	}{
		{"a-process", "namespaces", sides{kinds: 8}, "all"},
		{"a-process", "namespaces", sides{kinds: 1}, "some"},
		{"a-process", "namespaces", sides{}, "none"},
		{"a-process", "file", sides{outcome: "open"}, "path"},
		{"mounts", "own-mounts", sides{outcome: "open"}, "path"},
		{"mounts", "own-mounts", sides{outcome: "contained"}, "nowhere"},
		{"mounts", "window", sides{inFile: here, inMount: tmpfs}, "through"},
		{"mounts", "window", sides{inFile: here, hostFile: here}, "name"},
		{"mounts", "window", sides{}, "no"},
		{"processes", "old-proc", sides{processes: 80, inMount: proc, hostMount: proc}, "all"},
		{"processes", "old-proc", sides{processes: 3, inMount: other, hostMount: proc}, "own"},
		{"processes", "new-proc", sides{processes: 80}, "all"},
		{"processes", "new-proc", sides{}, "none"},
	} {
		got, err := step(t, c.lesson, c.step).Predict.Judge(c.facts.env())
		if err != nil || got != c.want {
			t.Errorf("%s, %s, %+v: %q, %v; want %q", c.lesson, c.step, c.facts, got, err, c.want)
		}
	}
}

// Each task, moment by moment: which parts are done after what a learner does.
func TestLessonTasks(t *testing.T) {
	here, tmpfs := lessons.File{Exists: true}, lessons.Mount{Type: "tmpfs", Device: "0:40"}
	in, out := lessons.Process{Exists: true, PID: 9}, lessons.Process{Exists: true, PID: 4711}
	for _, c := range []struct {
		lesson, step string
		moments      []sides
		want         []string
	}{
		{"a-process", "end-it", []sides{{}, {inProcess: in, hostProcess: in}, {}}, []string{"--", "x-", "xx"}},
		{"mounts", "private-tmp", []sides{
			{},
			{inFile: here, hostFile: here},     // made before the mount
			{inMount: tmpfs},                   // mounted, no file yet
			{inMount: tmpfs, hostMount: tmpfs}, // the host's own tmpfs does not count
			{inMount: tmpfs, inFile: here, hostFile: here}, // an old one left on the host
			{inMount: tmpfs, inFile: here},
		}, []string{"---", "-x-", "x--", "---", "xx-", "xxx"}},
		{"processes", "two-numbers", []sides{
			{},
			{inProcess: in, hostProcess: out},
			{inProcess: in, hostProcess: out, inFile: lessons.File{Exists: true, Text: "9"}}, // the number of the wrong side
			{inProcess: in, hostProcess: out, inFile: lessons.File{Exists: true, Text: "4711"}},
			{},
		}, []string{"---", "x--", "x--", "xx-", "xxx"}},
	} {
		task := step(t, c.lesson, c.step).Task
		var parts []lessons.PartResult
		for i, m := range c.moments {
			parts = task.Check(m.env(), parts...)
			got := ""
			for _, p := range parts {
				if p.Err != nil {
					t.Error(p.Err)
				}
				got += map[bool]string{true: "x", false: "-"}[p.Done]
			}
			if got != c.want[i] {
				t.Errorf("%s, moment %d: %s, want %s", c.lesson, i, got, c.want[i])
			}
		}
	}
}

func step(t *testing.T, lesson, id string) *lessons.Step {
	t.Helper()
	l, err := lessons.Load(content.FS, lesson+".md", words)
	if err != nil {
		t.Fatal(err)
	}
	s := l.Step(id)
	if s == nil {
		t.Fatalf("%s has no step %s", lesson, id)
	}
	return s
}
