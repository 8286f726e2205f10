//go:build linux

package applet

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"

	"github.com/u-root/u-root/pkg/core"
	"github.com/u-root/u-root/pkg/core/base64"
	"github.com/u-root/u-root/pkg/core/mktemp"
	"github.com/u-root/u-root/pkg/core/touch"
)

// These are u-root's commands as they are, with their errors worded as
// everybody's. Its other commands stop at the first file that fails (cat), lose
// the exit status (mkdir), remove directories unasked (rm), cannot leave a file
// system (mv) or miss bits and options that are used here (chmod, find, ls,
// xargs), and are written anew.
func uroot(newCommand func() core.Command) func(*call) int {
	return func(c *call) int {
		command := newCommand()
		var complaints bytes.Buffer
		command.SetIO(c.in, c.out, &complaints)
		err := command.Run(c.args...)
		if err == nil {
			return 0
		}
		for _, err := range parts(err) {
			c.fail(1, "%s", wording(err))
		}
		if strings.Contains(complaints.String(), "Usage:") {
			c.usage()
		}
		return 1
	}
}

// parts takes apart what errors.Join put together.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// wording is `path: why` where the error knows its path.
func wording(err error) string {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Path + ": " + reason(err)
	}
	return strings.TrimPrefix(reason(err), "base64: ")
}

var (
	touchCommand  = uroot(touch.New)
	mktempCommand = uroot(mktemp.New)
	base64Command = uroot(base64.New)
)
