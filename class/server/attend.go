package server

import (
	"bytes"
	"path/filepath"
	"strconv"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
)

// linePath is the socket of a learner, empty where there is no directory of lines.
func linePath(dir string, learner int64) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, strconv.FormatInt(learner, 10))
}

// attend has a learner take part: they are here, and their screens can speak and
// be spoken to. The returned function ends that.
func (c *camp) attend(l store.Learner) (leave func(), err error) {
	if c.Lectern == nil {
		return func() {}, nil
	}
	c.Lectern.Come(l.ID, l.Name, true)
	gone := func() { c.Lectern.Come(l.ID, l.Name, false) }
	if c.Lines == "" {
		return gone, nil
	}
	open, err := c.Lectern.Open(l.ID, l.Name, linePath(c.Lines, l.ID))
	if err != nil {
		return gone, err
	}
	return func() { open.Close(); gone() }, nil // the socket is gone with its listener
}

// heard puts on the board what a learner has done.
func (c *camp) heard(l store.Learner, raw []byte) error {
	if c.Lectern == nil {
		return nil
	}
	p, err := lessons.DecodeProgress(bytes.NewReader(raw))
	if err == nil {
		c.Lectern.Progress(l.ID, p)
	}
	return err
}
