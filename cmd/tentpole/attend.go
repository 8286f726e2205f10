package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

// attendance is a class in plain mode: what is new is said between two questions,
// and what is typed for the class is a word or two. Close it.
type attendance struct {
	class  *channel.Learner
	course *lessons.Course
	news   chan string
	over   chan struct{}

	mu    sync.Mutex
	slate channel.Slate
	said  int // the latest message, invitation or poll
}

var _ play.Class = (*attendance)(nil)

// attendPlainly joins the class that this runs in; nil outside of one.
func attendPlainly() (*attendance, error) {
	class, err := channel.Join()
	if class == nil {
		return nil, err
	}
	course, err := loadCourse()
	if err != nil {
		return nil, err
	}
	a := &attendance{class: class, course: course, news: make(chan string), over: make(chan struct{})}
	go a.listen()
	return a, nil
}

// Close leaves the class.
func (a *attendance) Close() error {
	close(a.over)
	return a.class.Close()
}

// News implements play.Class.
func (a *attendance) News() <-chan string { return a.news }

// At implements play.Class. A class that does not hear it has no part in the
// lesson.
func (a *attendance) At(lesson, step string) {
	a.class.Tell(channel.Word{At: &channel.Place{Lesson: lesson, Step: step}})
}

// listen says what is new until the class is over. Messages count as read once
// they were said.
func (a *attendance) listen() {
	for {
		s, err := a.class.Hear()
		if err != nil {
			return
		}
		texts, read := a.sentences(s)
		for _, text := range texts {
			select {
			case a.news <- text:
			case <-a.over:
				return
			}
		}
		if read > 0 && a.class.Tell(channel.Word{Read: read}) != nil {
			return
		}
	}
}

// sentences are what a slate has that was not said, and the number of the last
// message in it.
func (a *attendance) sentences(s channel.Slate) (texts []string, read int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slate = s
	last := a.said
	say := func(number int, text string) {
		if number > a.said {
			texts, last = append(texts, text), max(last, number)
		}
	}
	for _, m := range s.Messages {
		say(m.Number, "The teacher: "+m.Text)
		read = m.Number
	}
	if to := s.Invited; to != nil {
		say(to.Number, fmt.Sprintf("The teacher invites everybody to the lesson %s. Leave this one with q, and type: tentpole learn %s --plain", to.Lesson, to.Lesson))
	}
	if p := a.polled(); p != nil {
		say(s.Poll.Number, "The teacher asks everybody: "+p.Ask+options(p)+"\nType poll and the number, such as: poll 1")
	}
	a.said = last
	return texts, read
}

func options(p *lessons.Prediction) string {
	var b strings.Builder
	for i, o := range p.Options {
		fmt.Fprintf(&b, "\n%d. %s", i+1, o.Text)
	}
	return b.String()
}

// polled is the prediction that everybody is asked for, nil for none.
func (a *attendance) polled() *lessons.Prediction {
	p := a.slate.Poll
	if p == nil {
		return nil
	}
	return a.course.Prediction(p.Lesson, p.Step)
}

// Typed implements play.Class.
func (a *attendance) Typed(answer string) (say string, taken bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch word, rest, _ := strings.Cut(answer, " "); word {
	case "hand":
		return a.hand(), true
	case "poll":
		return a.answer(rest), true
	}
	return "", false
}

// hand raises it, or puts it down.
func (a *attendance) hand() string {
	up := !a.slate.Hand
	if err := a.class.Tell(channel.Word{Hand: &up}); err != nil {
		return "The class was not reached."
	}
	a.slate.Hand = up // until the class says what it has heard
	if up {
		return "Your hand is up. Type hand again to put it down."
	}
	return "Your hand is down."
}

// answer answers the poll by the number of an option.
func (a *attendance) answer(number string) string {
	p := a.polled()
	if p == nil {
		return "There is no poll."
	}
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 1 || n > len(p.Options) {
		return fmt.Sprintf("Type poll and a number from 1 to %d.", len(p.Options))
	}
	if a.class.Tell(channel.Word{Answer: &channel.Answer{Poll: a.slate.Poll.Number, Option: p.Options[n-1].ID}}) != nil {
		return "The class was not reached."
	}
	return "Your answer was sent."
}
