// Package present joins the two screens of a talk: the one on the wall, which
// plays a lesson, and the one with the speaker notes, which says where that is
// and can turn its pages. They speak over a Unix socket that nobody else may
// open; there is one talk at a time.
//
// The wall listens ([Listen]) and tells its [State] whenever it changes; notes
// connect ([Dial]), hear states and send the names of keys. Both sides are of
// the same user, and still nothing is believed: lines are bounded, and only
// [Keys] are passed on. The format is one JSON object a line, schema
// tentpole/present/v1.
//
// Errors name the socket. Close both ends; the wall's Close takes the socket
// away.
package present

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
)

// Schema names the format of a line.
const Schema = "tentpole/present/v1"

// ErrRunning says that there is a talk already.
var ErrRunning = errors.New("a lesson is being presented already")

// State is where the wall is.
type State struct {
	Schema string    `json:"schema"`
	Lesson string    `json:"lesson"` // its title
	Step   string    `json:"step"`   // its title
	Number int       `json:"number"` // of the step, from 1
	Steps  int       `json:"steps"`
	Notes  string    `json:"notes"`   // Markdown: of the step, or of the lesson where it begins
	Next   string    `json:"next"`    // title of the next step; empty at the end
	Does   string    `json:"does"`    // what enter does now
	Began  time.Time `json:"began"`   // when the talk began
	Length int       `json:"minutes"` // how long the lesson takes
}

// Keys are those that notes may press on the wall, as Bubble Tea names them.
var Keys = []string{"enter", "n", "b", "up", "down", "pgup", "pgdown", "space", "H", "tab", "z"}

// key is a line to the wall.
type key struct {
	Schema string `json:"schema"`
	Press  string `json:"press"`
}

func (k key) allowed() bool { return k.Schema == Schema && slices.Contains(Keys, k.Press) }

// maxLine bounds a line, in bytes; a lesson's notes are shorter.
const maxLine = 1 << 20

// Socket returns where the socket is: below XDG_RUNTIME_DIR, which belongs to
// the user alone, or where there is none below the directory for state.
func Socket() (string, error) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tentpole", "present.sock"), nil
	}
	dir, err := lessons.DefaultDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the socket of the talk: %w", err)
	}
	return filepath.Join(dir, "present.sock"), nil
}

func named(what, socket string, err error) error { return fmt.Errorf("%s %s: %w", what, socket, err) }
