package play

import (
	"context"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// whole asks for the lines that a command still needs, as a shell does: what is
// written over several lines in a lesson may be typed so. An empty line takes it
// back.
func (p *plain) whole(ctx context.Context, line string) (string, error) {
	for unfinished(line) {
		more, err := p.line(ctx, "> ")
		if err != nil {
			return "", err
		}
		if more == "" {
			p.say("The command was not finished, and not run.")
			return "", nil
		}
		line += "\n" + more
	}
	return line, nil
}

// unfinished tells whether a command of sh(1) goes on in a next line: a loop
// without its end, an open quote, a backslash at the end.
func unfinished(command string) bool {
	_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(command), "")
	return syntax.IsIncomplete(err) || endsInBackslash(command)
}

// endsInBackslash tells whether the last line end is escaped, which is no error
// to a parser.
func endsInBackslash(command string) bool {
	return (len(command)-len(strings.TrimRight(command, `\`)))%2 == 1
}
