//go:build linux

package applet

import (
	"context"
	"errors"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// builtin is a command that the shell has built in, as a program of its own: a
// shell runs it with the words it was given.
func builtin(c *call) int {
	script, err := syntax.NewParser().Parse(strings.NewReader(`command "$@"`), c.name)
	if err != nil {
		return c.fail(2, "%v", err)
	}
	r, err := interp.New(interp.StdIO(c.in, c.out, c.err), interp.Params(append([]string{"--", c.name}, c.args...)...))
	if err != nil {
		return c.fail(2, "%v", err)
	}
	err = r.Run(context.Background(), script)
	var status interp.ExitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	return boolInt(err != nil)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
