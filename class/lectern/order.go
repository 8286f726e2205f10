package lectern

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Do does what a teacher has ordered, once it is kept.
func (l *Lectern) Do(o board.Order) error {
	o.Say = facts.Clean(strings.TrimSpace(o.Say))
	if err := l.check(o); err != nil {
		return err
	}
	return l.write(func(ctx context.Context) error { return l.kept.Order(ctx, l.class.ID, o) })
}

// check tells why an order cannot be carried out.
func (l *Lectern) check(o board.Order) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case o.Say != "":
		return l.checkMessage(o.To, o.Say)
	case o.HandDown != 0 && l.seats[o.HandDown] == nil:
		return errors.New("there is no such learner")
	case o.Hold+o.Open != "":
		_, err := l.course.Lesson(o.Hold + o.Open)
		return err
	case o.Invite != nil && l.course.Step(o.Invite.Lesson, o.Invite.Step) == nil:
		return errors.New("there is no such step to invite to")
	case o.Poll != nil && l.course.Prediction(o.Poll.Lesson, o.Poll.Step) == nil:
		return errors.New("nothing is predicted in that step, so there is nothing to ask")
	case o == board.Order{}:
		return errors.New("there is nothing in that order")
	}
	return nil
}

// checkMessage looks whether somebody is there to read it.
func (l *Lectern) checkMessage(to int64, text string) error {
	if len(text) > channel.MaxText {
		return fmt.Errorf("a message has at most %d letters", channel.MaxText)
	}
	for _, s := range l.seats {
		if s.ID == to || to == 0 && s.Here {
			return nil
		}
	}
	return errors.New("nobody is here to read that")
}
