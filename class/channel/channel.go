// Package channel is what a learner's tentpole and the server of the class say to
// each other, over a Unix socket that shows in the learner's tent.
//
// The server says a [Slate] whenever something on it has changed, the whole of it
// each time, so that nothing depends on what came before. The learner's side says
// [Word]s. Both are one JSON object a line, schema tentpole/channel/v1. Who a word is
// from is known by the socket that it comes on, and by nothing that is in it;
// whatever comes out of a tent is hostile, so lines are short and come slowly.
package channel

// Schema names the format of a line.
const Schema = "tentpole/channel/v1"

const (
	// MaxWord bounds what a learner's side says at a time, in bytes.
	MaxWord = 1 << 10
	// MaxSlate bounds what the server says at a time: MaxUnread messages, and the
	// ids of all lessons.
	MaxSlate = 64 << 10
	// MaxText bounds a message, in bytes.
	MaxText = 500
	// MaxUnread is how many messages wait for somebody who does not read them.
	MaxUnread = 8
)

// Place is a step of a lesson, by ids.
type Place struct {
	Lesson string `json:"lesson"`
	Step   string `json:"step"`
}

// Slate is what a learner's screen knows of the class.
type Slate struct {
	Schema   string    `json:"schema"`
	Class    string    `json:"class"`
	Hand     bool      `json:"hand"`     // it is up
	Messages []Message `json:"messages"` // that were not read yet, the oldest first
	Invited  *Invited  `json:"invited"`
	Poll     *Poll     `json:"poll"`
	Held     []string  `json:"held"` // ids of lessons that are not to be opened yet
}

// Message is something that the teacher says. Numbers only grow.
type Message struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// Invited is where the teacher asks everybody to be.
type Invited struct {
	Number int `json:"number"`
	Place
}

// Poll is the prediction of a step, asked of everybody at once.
type Poll struct {
	Number int `json:"number"`
	Place
	Said string `json:"said"` // the learner's answer, the id of an option
}

// Word is what a learner's side says; each field by itself, where it is set.
type Word struct {
	Schema string  `json:"schema"`
	At     *Place  `json:"at,omitempty"`   // where the learner is
	Hand   *bool   `json:"hand,omitempty"` // up or down
	Read   int     `json:"read,omitempty"` // messages up to that number were
	Answer *Answer `json:"answer,omitempty"`
}

// Answer is one to a poll.
type Answer struct {
	Poll   int    `json:"poll"`
	Option string `json:"option"`
}
