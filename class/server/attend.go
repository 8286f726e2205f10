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
// be spoken to. The returned function ends that, with why they have left.
func (c *camp) attend(l store.Learner) (leave func(why error), err error) {
	if c.Lectern == nil {
		return func(error) {}, nil
	}
	c.Lectern.Come(l.ID, l.Name)
	gone := func(why error) { c.Lectern.Leave(l.ID, why == errEnd || why == errMoved) }
	if c.Lines == "" {
		return gone, nil
	}
	open, err := c.Lectern.Open(l.ID, l.Name, linePath(c.Lines, l.ID))
	if err != nil {
		return gone, err
	}
	return func(why error) { open.Close(); gone(why) }, nil // the socket is gone with its listener
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
