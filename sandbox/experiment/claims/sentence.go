package claims

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// sentence is text with expressions in it.
type sentence []piece

// piece is text, or an expression when there is one.
type piece struct {
	text string
	hole *expression
}

// sentence reads text in which {an expression} stands for its value. There are
// no other braces.
func (c compiler) sentence(source string) (out sentence, err error) {
	if source == "" {
		return nil, errors.New("a rule has a sentence to say")
	}
	for source != "" {
		before, rest, found := strings.Cut(source, "{")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("in %q a brace is not closed", source)
		}
		hole, err := c.compile(inner)
		if err != nil {
			return nil, err
		}
		out, source = append(out, piece{hole: hole}), after
	}
	return out, nil
}

// fill puts the values in.
func (s sentence) fill(env map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.text)
		if p.hole == nil {
			continue
		}
		v, err := p.hole.eval(env)
		if err != nil {
			return "", err
		}
		b.WriteString(worded(v))
	}
	return b.String(), nil
}

// worded is a value as a sentence has it.
func worded(v any) string {
	switch v := v.(type) {
	case number:
		return v.full.String()
	case float64:
		return experiment.Figure(v)
	}
	return fmt.Sprint(v)
}
