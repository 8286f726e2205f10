package experiment

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// glance is what one side sees of the same paths.
type glance struct {
	files  map[string]inside.Seen
	values map[string]string
}

func glanceOf(said inside.View) glance {
	v := glance{map[string]inside.Seen{}, said.Values}
	for _, s := range said.Seen {
		v.files[s.Path] = s
	}
	return v
}

// lookFrom has a side look at paths once.
func lookFrom(ctx context.Context, s Subject, given inside.Look) (glance, error) {
	talk, err := Begin(ctx, s, "glance", given)
	if err != nil {
		return glance{}, err
	}
	defer talk.Close()
	return talk.glance(ctx)
}

// glance hears what the act has seen.
func (t *Talk) glance(ctx context.Context) (glance, error) {
	var said inside.View
	if err := t.Hear(ctx, &said); err != nil {
		return glance{}, err
	}
	return glanceOf(said), nil
}

// text is what a file or directory says; ok is false when it cannot be read.
func (v glance) text(path string) (text string, ok bool) {
	s, looked := v.files[path]
	return s.Text, looked && s.Unread == nil
}

// told is a file in a few words.
func (v glance) told(path string) string {
	s := v.files[path]
	switch {
	case s.Unread != nil && s.Unread.Name == "ENOENT":
		return "absent"
	case s.Unread != nil:
		return "unreadable, " + cmp.Or(s.Unread.Name, s.Unread.Text)
	case strings.TrimSpace(s.Text) == "":
		return "empty"
	}
	return shortText(s.Text)
}

// shortText is the first line, as far as it fits.
func shortText(text string) string {
	const fits = 72
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if len(line) > fits {
		return line[:fits] + "…"
	}
	if more {
		return fmt.Sprintf("%s … (%d lines)", line, strings.Count(strings.TrimSpace(text), "\n")+1)
	}
	return line
}
