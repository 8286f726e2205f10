package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/tui/styles"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// fakeClass is a class that a test tells what happens.
type fakeClass struct {
	news   chan board.News
	orders chan board.Order
}

func (f *fakeClass) Next(ctx context.Context) (board.News, error) {
	select {
	case n, ok := <-f.news:
		if !ok {
			return n, errors.New("it is over")
		}
		return n, nil
	case <-ctx.Done():
		return board.News{}, ctx.Err()
	}
}

func (f *fakeClass) Do(o board.Order) error {
	f.orders <- o
	return nil
}

func course() *lessons.Course {
	c := &lessons.Course{}
	for _, id := range []string{"mounts", "names"} {
		l := &lessons.Lesson{ID: id, Title: "The lesson " + id}
		for i := range 12 {
			l.Steps = append(l.Steps, lessons.Step{ID: fmt.Sprint("s", i+1), Title: fmt.Sprint("Step ", i+1)})
		}
		l.Steps[2].Predict = &lessons.Prediction{Ask: "Where?", Options: []lessons.Option{{ID: "a", Text: "at the same path"}, {ID: "b", Text: "nowhere"}, {ID: "c", Text: "only by going through the process"}}}
		c.Lessons = append(c.Lessons, l)
	}
	return c
}

// thirty are a class in the middle of a lesson.
func thirty() (all []board.Learner) {
	for i := range 30 {
		steps := map[string]board.Mark{}
		for n := range 2 + i%4 {
			steps[fmt.Sprint("s", n+1)] = board.Mark{Done: true}
		}
		steps["s3"] = board.Mark{Done: steps["s3"].Done, Said: string("abc"[i%3])}
		at := channel.Place{Lesson: "mounts", Step: "s3"}
		if i%4 > 1 {
			at.Step = fmt.Sprint("s", 3+i%4)
		}
		all = append(all, board.Learner{ID: int64(i + 1), Name: fmt.Sprintf("learner-%02d", i+1), Here: i != 7, Hand: i == 4, At: at,
			Since: noon.Add(-time.Duration(i%4*20+1) * time.Second), Steps: map[string]map[string]board.Mark{"mounts": steps}})
	}
	all[11].Since = noon.Add(-9 * time.Minute)
	return all
}

func show(t *testing.T, width, height int) (*tuitest.Driver, *fakeClass) {
	t.Helper()
	f := &fakeClass{news: make(chan board.News), orders: make(chan board.Order, 8)}
	ctx, end := context.WithCancel(t.Context())
	t.Cleanup(end)
	d := tuitest.New(t, New(ctx, Options{Name: "blue", Code: "k7mq-2xpe", Class: f, Course: course(), Theme: styles.Dark, Now: func() time.Time { return noon }}), width, height)
	d.Until("Nobody has joined")
	all := thirty()
	go func() {
		for _, n := range []board.News{{Learners: all[:16], More: true}, {Learners: all[16:], Room: &board.Room{}}} {
			select {
			case f.news <- n:
			case <-ctx.Done():
			}
		}
	}()
	d.Until("29 here of 30 · 1 stuck · 1 hand up")
	return d, f
}

func TestThirtyOnTheBoard(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {140, 40}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d, _ := show(t, size[0], size[1])
			d.Press("right", "left") // and no more where the class goes
			tuitest.Golden(t, fmt.Sprintf("board-%dx%d", size[0], size[1]), d.Screen())
			for range 40 {
				d.Press("down")
			}
			d.Until("› learner-30")
			d.Press("o", "N")
			tuitest.Golden(t, fmt.Sprintf("board-by-need-%dx%d", size[0], size[1]), d.Screen())
			d.Press("]")
			d.Until("Nothing is predicted")
			d.Press("?")
			d.Until("others' median")
			d.Until("tentpole class look NAME")
			d.Press("q")
			d.Until("The lesson names")
		})
	}
}

// TestFits: no line is wider than the screen and no screen higher, at any size.
func TestFits(t *testing.T) {
	d, _ := show(t, 80, 24)
	for width := 1; width < 150; width += 7 {
		for height := 1; height < 45; height += 3 {
			d.Resize(width, height)
			lines := strings.Split(d.Raw(), "\n")
			if len(lines) > height {
				t.Fatalf("%d lines at %d×%d", len(lines), width, height)
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > width {
					t.Fatalf("%d wide at %d×%d: %s", ansi.StringWidth(l), width, height, l)
				}
			}
		}
	}
}

// TestOrders: each key asks the class for what the footer says.
func TestOrders(t *testing.T) {
	d, f := show(t, 140, 40)
	at := channel.Place{Lesson: "mounts", Step: "s3"}
	d.Press("right", "left")
	for _, c := range []struct {
		keys, text string
		want       board.Order
	}{
		{"i", "", board.Order{Invite: &at}},
		{"p", "", board.Order{Poll: &at}},
		{"h", "", board.Order{Hold: "mounts"}},
		{"M", "a break of five minutes", board.Order{Say: "a break of five minutes"}},
		{"m", "look at /proc", board.Order{Say: "look at /proc", To: 1}},
	} {
		d.Press(c.keys)
		if c.text != "" {
			d.Type(c.text)
			d.Press("enter")
		}
		if got := <-f.orders; fmt.Sprintf("%+v", deref(got)) != fmt.Sprintf("%+v", deref(c.want)) {
			t.Errorf("%s: ordered %+v", c.keys, deref(got))
		}
	}
	d.Press("d") // no hand is up here
	for range 4 {
		d.Press("down")
	}
	d.Press("d")
	if got := <-f.orders; got.HandDown != 5 {
		t.Errorf("ordered %+v", got)
	}
	f.news <- board.News{Room: &board.Room{Poll: &at, Held: []string{"mounts"}}, Trouble: "that was \x1b[31m nothing"}
	d.Until("everybody is asked")
	d.Until("nothing")
	if strings.Contains(d.Raw(), "\x1b[31m nothing") {
		t.Error("what acts on a terminal is shown")
	}
	d.Press("p")
	if got := <-f.orders; !got.EndPoll {
		t.Errorf("ordered %+v", got)
	}
	d.Press("h") // it is held back already
	if got := <-f.orders; got.Open != "mounts" {
		t.Errorf("ordered %+v", got)
	}
	f.news <- board.News{Learners: []board.Learner{{ID: 1, Name: "learner-01", Here: true, Answer: "b"}}}
	d.Until("1 of 1  nowhere")
	f.news <- board.News{Room: &board.Room{}, Learners: []board.Learner{{ID: 1, Name: "learner-01", Here: true}}}
	d.Until("it is over")
	d.Until("1 of 1  nowhere") // to be talked about
	d.Press("right", "left")
	d.Until("predicted")
	close(f.news)
	d.Until("does not answer")
}

// deref makes orders comparable.
func deref(o board.Order) [2]any {
	places := [2]channel.Place{}
	for i, p := range []*channel.Place{o.Invite, o.Poll} {
		if p != nil {
			places[i] = *p
		}
	}
	o.Invite, o.Poll = nil, nil
	return [2]any{o, places}
}

func TestTable(t *testing.T) {
	b := board.Board{Learners: thirty()}
	c := course()
	text := strings.Join(Table(b, c, c.Lessons[0], noon), "\n")
	for _, want := range []string{"x done  > now", "learner-05               HAND UP", "stuck 9m", "step 3, predicted:", "10 of 30  at the same path"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not say %q:\n%s", want, text)
		}
	}
}
