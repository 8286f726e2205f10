//go:build linux

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
)

// The interpreter's own echo and printf write word for word, and do not tell what
// the kernel answers. A control file takes each write for a value of its own: the
// end of the line, which comes last, would be a limit of 0.

// echo writes its words in one write(2).
func echo(_ *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	end, escapes := "\n", false
	for len(args) > 0 && slices.Contains([]string{"-n", "-e", "-E"}, args[0]) {
		switch args[0] {
		case "-n":
			end = ""
		default:
			escapes = args[0] == "-e"
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		text, _, _ = expand.Format(nil, text, nil)
	}
	return writeAll(hc, text+end)
}

// printf uses its format until no word is left; printf(1).
func printf(_ *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(hc.Stderr, "usage: printf format [arguments]")
		return 2
	}
	var text strings.Builder
	format, args := args[0], args[1:]
	for {
		s, used, err := expand.Format(nil, format, args)
		if err != nil {
			fmt.Fprintf(hc.Stderr, "sh: printf: %v\n", err)
			return 1
		}
		text.WriteString(s)
		if args = args[used:]; used == 0 || len(args) == 0 {
			return writeAll(hc, text.String())
		}
	}
}

// writeAll is the write, and what comes of it.
func writeAll(hc interp.HandlerContext, text string) int {
	_, err := io.WriteString(hc.Stdout, text)
	switch {
	case errors.Is(err, unix.EPIPE):
		return 128 + int(unix.SIGPIPE)
	case err != nil:
		fmt.Fprintf(hc.Stderr, "sh: write error: %s\n", reason(err))
		return 1
	}
	return 0
}
