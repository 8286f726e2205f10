package lessons

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/content"
)

// dice are the bytes that the fuzzer gives, as a row of decisions. Used up,
// they say 0.
type dice []byte

func (d *dice) roll(sides int) int {
	if len(*d) == 0 || sides < 1 {
		return 0
	}
	n := int((*d)[0]) % sides
	*d = (*d)[1:]
	return n
}

// watch ends the test, with the stacks of all goroutines, when what is tested
// hangs.
func watch(t *testing.T, what string) {
	hung := time.AfterFunc(time.Minute, func() { panic("hangs: " + what) })
	t.Cleanup(func() { hung.Stop() })
}

// stepsOf are steps to make lessons of, one of each kind and form; N becomes a
// number.
var stepsOf = []string{
	"## R\n<!-- step {id: r-N, kind: read} -->\n\nOne.\n\n<!-- pause -->\n\nTwo.\n",
	"## P\n<!-- step {id: p-N, kind: predict} -->\n<!-- predict {ask: A, options: [{id: a, text: a, when: inside.pid == 1, say: Yes.}, {id: b, text: b, when: inside.pid > 1}]} -->\n",
	"## U\n<!-- step {id: u-N, kind: run, experiment: file, expect: open} -->\n<!-- predict {ask: A, options: [{id: a, text: a, when: outcome == 'open'}, {id: b, text: b, when: inside.file('/x').exists}]} -->\n<!-- after -->\n\nLater.\n",
	"## M\n<!-- step {id: m-N, kind: run, requires: [memory], volumes: [{name: data, at: /data}], network: none} -->\n<!-- predict {ask: A, options: [{id: a, text: a, when: 'cgroup.memory.max == unlimited'}, {id: b, text: b, when: 'volume(\"data\").file(\"x\").exists'}]} -->\n",
	"## S\n<!-- step {id: s-N, kind: read, debrief: saw} -->\n\n<!-- saw -->\n",
	"## L\n<!-- step {id: l-N, kind: run, layers: [mount, pid]} -->\n",
	"## T\n<!-- step {id: t-N, kind: task} -->\n<!-- task {ordered: true, parts: [{say: a, when: inside.pid == 1}, {say: b, when: inside.pid == 2}], hintcheck: [{say: c, when: host.pid == 1}]} -->\n<details><summary>Hint 1</summary>\n\nH.\n\n</details>\n\n<details><summary>Solution</summary>\n\n```sh inside\ntrue\n```\n\n</details>\n",
	"## F\n<!-- step {id: f-N, kind: task} -->\n<!-- task {parts: [{say: a, when: not inside.no_new_privs}]} -->\n",
	"## Q\n<!-- step {id: q-N, kind: quiz} -->\n<!-- quiz {ask: A, options: [{id: a, text: a, right: true}, {id: b, text: b, say: No.}]} -->\n",
	"## O\n<!-- step {id: o-N, kind: order} -->\n<!-- order {ask: A, lines: [{id: a, text: a}, {id: b, text: b}, {id: c, text: c}], also: [[b, a, c]]} -->\n",
	"## E\n<!-- step {id: e-N, kind: explain} -->\n<!-- explain {ask: A, points: [b]} -->\n",
}

// anyLesson is one of the course, or one put together from stepsOf.
func anyLesson(t *testing.T, d *dice) *Lesson {
	t.Helper()
	if d.roll(4) == 0 {
		c, err := LoadAll(content.FS, Known{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Lessons[d.roll(len(c.Lessons))]
	}
	text := ""
	for i := range 1 + d.roll(12) {
		text += strings.ReplaceAll(stepsOf[d.roll(len(stepsOf))], "-N", "-"+strconv.Itoa(i)) + "\n"
	}
	l, err := loadText(t, text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return l
}

// anyFacts are facts of a machine, some of which cannot be had.
func (d *dice) anyFacts() Env {
	outcome := append([]Outcome{"", "nonsense"}, expected...)
	e := Env{Outcome: string(outcome[d.roll(len(outcome))])}
	for _, side := range []*Side{&e.Inside, &e.Host} {
		side.PID, side.NoNewPrivs, side.NS.Count = d.roll(4), d.roll(2) == 0, d.roll(9)
		switch d.roll(3) {
		case 0:
			side.File = func(string) (File, error) { return File{Exists: true}, nil }
			side.Mount = func(string) (Mount, error) { return Mount{Type: "tmpfs"}, nil }
			side.Process = func(string) (Process, error) { return Process{Exists: true, PID: 7}, nil }
		case 1:
			side.File = func(string) (File, error) { panic("the process is gone") }
		}
	}
	return e
}

// anyOf is one of the ids, or one that is none of them.
func (d *dice) anyOf(ids []string) string {
	return append([]string{"", "nonsense"}, ids...)[d.roll(len(ids)+2)]
}

// moves are all that can be done to a walk, allowed now or not.
var moves = []func(w *Walk, d *dice, now time.Time){
	func(w *Walk, _ *dice, now time.Time) { w.Next(now) },
	func(w *Walk, _ *dice, _ time.Time) { w.Back() },
	func(w *Walk, d *dice, _ time.Time) { w.Go(d.anyOf([]string{"r-0", "question", w.Step().ID})) },
	func(w *Walk, d *dice, _ time.Time) { _ = w.Predict(d.anyOf([]string{"a", "b", "path"})) },
	func(w *Walk, _ *dice, _ time.Time) { _ = w.Skip() },
	func(w *Walk, d *dice, now time.Time) { _, _ = w.Ran(d.anyFacts(), now) },
	func(w *Walk, d *dice, _ time.Time) { _ = w.CouldNot(d.anyOf(nil)) },
	func(w *Walk, d *dice, _ time.Time) { _ = w.PassBy(d.anyOf(nil)) },
	func(w *Walk, d *dice, now time.Time) { _, _ = w.Check(d.anyFacts(), now) },
	func(w *Walk, d *dice, now time.Time) { _, _ = w.Answer(d.anyOf([]string{"a", "b", "none"}), now) },
	func(w *Walk, d *dice, now time.Time) {
		_, _ = w.Arrange([]string{d.anyOf([]string{"a"}), d.anyOf([]string{"b"}), d.anyOf([]string{"a", "b", "c"})}, now)
	},
	func(w *Walk, d *dice, now time.Time) { _ = w.Say(strings.Repeat("wörd ", d.roll(256)*5), now) },
	func(w *Walk, _ *dice, _ time.Time) { _, _ = w.Hint(User) },
	func(w *Walk, _ *dice, _ time.Time) { _, _ = w.Solve(Root) },
	func(w *Walk, _ *dice, now time.Time) { w.TestOut(now) },
}

// Whatever is done to whatever lesson in whatever order: no panic, no hang,
// what is done stays done, and the walk is taken up again as it was left.
func FuzzWalk(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 3, 2, 5, 1, 0, 0, 0, 8, 2, 0, 0, 9, 1, 2, 3})
	f.Add([]byte(strings.Repeat("\x01\x05\x04\x07\x0b\x0c", 20)))
	f.Fuzz(func(t *testing.T, rolls []byte) {
		watch(t, "a walk")
		d := dice(rolls)
		l := anyLesson(t, &d)
		w, now := NewWalk(l), noon
		done := map[string]time.Time{}
		for len(d) > 0 {
			now = now.Add(time.Second)
			moves[d.roll(len(moves))](w, &d, now)
			if len(w.Actions()) == 0 && len(l.Steps) > 1 {
				t.Fatalf("nothing can be done at %s in %s", w.Step().ID, w.Phase())
			}
			for id, r := range w.Record().Steps {
				if at, was := done[id]; was && (r.Done == nil || !r.Done.Equal(at)) {
					t.Fatalf("the step %s was done at %v and is done at %v", id, at, r.Done)
				} else if r.Done != nil {
					done[id] = *r.Done
				}
			}
		}
		takenUpAgain(t, w)
	})
}

// takenUpAgain resumes the walk from its record, by way of a file.
func takenUpAgain(t *testing.T, w *Walk) {
	p := NewProgress()
	p.Put("x", w.Record())
	again := NewWalk(w.Lesson())
	again.Resume(p.Lessons["x"])
	p.Put("x", again.Record())
	if want := w.Record(); !reflect.DeepEqual(p.Lessons["x"], want) {
		t.Errorf("taken up again as\n%+v\nleft as\n%+v", p.Lessons["x"], want)
	}
	if again.Step().ID != w.Step().ID {
		t.Errorf("taken up at %s, left at %s", again.Step().ID, w.Step().ID)
	}
	p.Tally(w.Lesson())
}
