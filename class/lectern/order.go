package lectern

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Do does what a teacher has ordered.
func (l *Lectern) Do(o board.Order) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case o.Say != "":
		return l.say(o.To, o.Say)
	case o.HandDown != 0:
		return l.handDown(o.HandDown)
	case o.Hold != "":
		return l.hold(o.Hold)
	case o.Invite != nil:
		return l.invite(*o.Invite)
	case o.Poll != nil:
		return l.poll(o.Poll)
	case o.EndPoll:
		return l.poll(nil)
	}
	return errors.New("there is nothing in that order")
}

// say puts a message before one learner, or before everybody who is here.
func (l *Lectern) say(to int64, text string) error {
	text = facts.Clean(strings.TrimSpace(text))
	if len(text) > channel.MaxText {
		return fmt.Errorf("a message has at most %d letters", channel.MaxText)
	}
	heard := 0
	l.number++
	for _, s := range l.seats {
		if s.ID != to && (to != 0 || !s.Here) {
			continue
		}
		heard++
		s.messages = append(s.messages, channel.Message{Number: l.number, Text: text})
		s.messages = s.messages[max(0, len(s.messages)-channel.MaxUnread):]
		l.changed(s)
	}
	if heard == 0 {
		return errors.New("nobody is here to read that")
	}
	return nil
}

func (l *Lectern) handDown(id int64) error {
	s, known := l.seats[id]
	if !known {
		return errors.New("there is no such learner")
	}
	s.Hand = false
	l.changed(s)
	return nil
}

// hold holds a lesson back, or opens it again.
func (l *Lectern) hold(id string) error {
	if _, err := l.course.Lesson(id); err != nil {
		return err
	}
	held := slices.Clone(l.room.Held) // watchers may have the old one
	if i := slices.Index(held, id); i >= 0 {
		held = slices.Delete(held, i, i+1)
	} else {
		held = append(held, id)
	}
	l.room.Held = held
	l.roomChanged()
	return nil
}

func (l *Lectern) invite(to channel.Place) error {
	if l.course.Step(to.Lesson, to.Step) == nil {
		return errors.New("there is no such step to invite to")
	}
	l.number++
	l.room.Invited, l.room.InvitedBy = &to, l.number
	l.roomChanged()
	return nil
}

// poll begins one, or ends it with nil. Its answers are not kept.
func (l *Lectern) poll(of *channel.Place) error {
	if of != nil && l.course.Prediction(of.Lesson, of.Step) == nil {
		return errors.New("nothing is predicted in that step, so there is nothing to ask")
	}
	l.number++
	l.room.Poll, l.room.PollBy = of, l.number
	for _, s := range l.seats {
		if s.Answer != "" {
			s.Answer = ""
			l.changed(s)
		}
	}
	l.roomChanged()
	return nil
}
