// Package board is what a teacher sees of a class: who is where in the course, who
// is stuck, what was predicted, and what the class is asked to do. It is plain
// data and knows no kernel, no screen and no connection.
package board

import (
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/class/channel"
)

// Learner is one row of the board.
type Learner struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Here bool   `json:"here"` // in a window at least
	Hand bool   `json:"hand"` // it is up
	// At is where the learner is, Since when there was progress last: a step done,
	// an answer given, another step gone to; or when the learner came.
	At    channel.Place `json:"at"`
	Since time.Time     `json:"since"`
	// Steps are what was done, by the ids of lesson and step.
	Steps  map[string]map[string]Mark `json:"steps"`
	Answer string                     `json:"answer"` // to the poll: the id of an option
	Unread int                        `json:"unread"` // messages
}

// Mark is what a learner did in a step.
type Mark struct {
	Done bool   `json:"done"`
	Said string `json:"said,omitempty"` // the option predicted
}

// Room is what all of the class is asked.
type Room struct {
	Held    []string       `json:"held"` // ids of lessons
	Invited *channel.Place `json:"invited"`
	Poll    *channel.Place `json:"poll"`
	// InvitedBy and PollBy tell one invitation, and one poll, from the next.
	InvitedBy int `json:"invited_by"`
	PollBy    int `json:"poll_by"`
}

// News is what has changed on a board.
type News struct {
	Learners []Learner `json:"learners,omitempty"`
	Room     *Room     `json:"room,omitempty"`
	More     bool      `json:"more,omitempty"`    // is on its way
	Trouble  string    `json:"trouble,omitempty"` // why an order was not carried out
}

// Order is one thing that a teacher has done. The field that is set says which.
type Order struct {
	Say      string         `json:"say,omitempty"`       // a message,
	To       int64          `json:"to,omitempty"`        // to one; 0 is everybody who is here
	HandDown int64          `json:"hand_down,omitempty"` // of that learner
	Hold     string         `json:"hold,omitempty"`      // that lesson back
	Open     string         `json:"open,omitempty"`      // that lesson again
	Invite   *channel.Place `json:"invite,omitempty"`
	Poll     *channel.Place `json:"poll,omitempty"`
	EndPoll  bool           `json:"end_poll,omitempty"`
}

// Board is the whole of it. The zero value has nobody on it.
type Board struct {
	Learners []Learner // by name
	Room     Room
}

// Take brings the board up to date.
func (b *Board) Take(n News) {
	for _, l := range n.Learners {
		i, known := slices.BinarySearchFunc(b.Learners, l.Name, func(l Learner, name string) int { return strings.Compare(l.Name, name) })
		if known {
			b.Learners[i] = l
		} else {
			b.Learners = slices.Insert(b.Learners, i, l)
		}
	}
	if n.Room != nil {
		b.Room = *n.Room
	}
}

// Count counts learners.
func (b *Board) Count(which func(Learner) bool) (n int) {
	for _, l := range b.Learners {
		if which(l) {
			n++
		}
	}
	return n
}

// Busiest is the step that most of those who are here are at, or of all where
// nobody is here; of several the one that was found first, and nothing where nobody
// is anywhere.
func (b *Board) Busiest() (most channel.Place) {
	count := map[channel.Place]int{}
	empty := b.Count(func(l Learner) bool { return l.Here }) == 0
	for _, l := range b.Learners {
		if !l.Here && !empty || l.At == (channel.Place{}) {
			continue
		}
		if count[l.At]++; count[l.At] > count[most] {
			most = l.At
		}
	}
	return most
}
