//go:build linux

// Package signals knows signals by name, and holds kill(1) for the program and
// for the shell: a shell whose sandbox has no process left to give must still be
// able to end some.
package signals

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Kill is one call of kill(1). Job finds what kill(2) takes for a job such as %1; nil
// where there are none.
type Kill struct {
	Out, Err io.Writer
	Job      func(name string) (pid int, err error)
}

// Run sends a signal, SIGTERM unless told otherwise, or lists signals. It
// returns the exit status.
func (k Kill) Run(args []string) int {
	signal := unix.SIGTERM
	if len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "--" {
		word := args[0][1:]
		args = args[1:]
		switch {
		case word == "l":
			return k.list(args)
		case (word == "s" || word == "n") && len(args) > 0:
			word, args = args[0], args[1:]
		}
		var ok bool
		if signal, ok = Named(word); !ok {
			return k.fail("bad signal name '%s'", word)
		}
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(k.Err, "Usage: kill [-l] [-SIGNAL] PID...")
		return 1
	}
	status := 0
	for _, name := range args {
		status = max(status, k.send(signal, name))
	}
	return status
}

func (k Kill) send(signal unix.Signal, name string) int {
	pid, err := strconv.Atoi(name)
	if err != nil && k.Job != nil && strings.HasPrefix(name, "%") {
		if pid, err = k.Job(name); err != nil {
			return k.fail("%v", err)
		}
	}
	if err != nil {
		return k.fail("invalid number '%s'", name)
	}
	var errno syscall.Errno
	if err := unix.Kill(pid, signal); errors.As(err, &errno) {
		text := errno.Error()
		return k.fail("can't kill pid %d: %s", pid, strings.ToUpper(text[:1])+text[1:])
	}
	return 0
}

func (k Kill) fail(format string, args ...any) int {
	fmt.Fprintf(k.Err, "kill: "+format+"\n", args...)
	return 1
}

// Named reads 9, KILL and SIGKILL.
func Named(word string) (unix.Signal, bool) {
	if n, err := strconv.Atoi(word); err == nil && n >= 0 && n <= 64 {
		return unix.Signal(n), true
	}
	s := unix.SignalNum("SIG" + strings.TrimPrefix(strings.ToUpper(word), "SIG"))
	return s, s != 0
}

// list prints all signals, or turns numbers into names and names into numbers.
// A number above 128 is what a shell reports of a signal.
func (k Kill) list(words []string) int {
	if len(words) == 0 {
		for n := range unix.Signal(32) {
			if name := unix.SignalName(n); name != "" {
				fmt.Fprintf(k.Out, "%2d) %s\n", n, strings.TrimPrefix(name, "SIG"))
			}
		}
		return 0
	}
	for _, word := range words {
		s, ok := Named(word)
		n, err := strconv.Atoi(word)
		if err == nil && n > 128 {
			s, ok = unix.Signal(n-128), true
		}
		switch {
		case !ok:
			return k.fail("unknown signal '%s'", word)
		case err == nil:
			fmt.Fprintln(k.Out, strings.TrimPrefix(unix.SignalName(s), "SIG"))
		default:
			fmt.Fprintln(k.Out, int(s))
		}
	}
	return 0
}
