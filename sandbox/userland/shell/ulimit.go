//go:build linux

package shell

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/interp"
)

// limits are what ulimit knows; the letters and units are those of other
// shells, getrlimit(2).
var limits = []struct {
	letter   byte
	what     string
	resource int
	unit     uint64 // bytes, seconds or pieces
}{
	{'c', "core file size (blocks)", unix.RLIMIT_CORE, 512}, {'d', "data seg size (kb)", unix.RLIMIT_DATA, 1024},
	{'f', "file size (blocks)", unix.RLIMIT_FSIZE, 512}, {'n', "file descriptors", unix.RLIMIT_NOFILE, 1},
	{'s', "stack size (kb)", unix.RLIMIT_STACK, 1024}, {'t', "cpu time (seconds)", unix.RLIMIT_CPU, 1},
	{'u', "processes", unix.RLIMIT_NPROC, 1}, {'v', "address space (kb)", unix.RLIMIT_AS, 1024},
	{'m', "resident set size (kb)", unix.RLIMIT_RSS, 1024}, {'l', "locked memory (kb)", unix.RLIMIT_MEMLOCK, 1024},
}

// ulimit prints or sets the limits of the shell's process and of what it
// starts.
func ulimit(_ *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	letter, soft, hard := byte('f'), true, true
	show := func(l unix.Rlimit) uint64 { return l.Cur }
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		for _, l := range []byte(args[0][1:]) {
			switch l {
			case 'H':
				soft = false
				show = func(l unix.Rlimit) uint64 { return l.Max }
			case 'S':
				hard = false
			default:
				letter = l
			}
		}
		args = args[1:]
	}
	for _, l := range limits {
		switch {
		case letter == 'a':
			text, _ := limitText(l.resource, l.unit, show)
			fmt.Fprintf(hc.Stdout, "-%c: %-30s %s\n", l.letter, l.what, text)
		case l.letter == letter && len(args) == 0:
			text, err := limitText(l.resource, l.unit, show)
			return say(hc, text, err)
		case l.letter == letter:
			return say(hc, "", setLimit(l.resource, l.unit, args[0], soft, hard))
		}
	}
	if letter != 'a' {
		return say(hc, "", fmt.Errorf("-%c: unknown", letter))
	}
	return 0
}

func say(hc interp.HandlerContext, text string, err error) int {
	if err != nil {
		fmt.Fprintf(hc.Stderr, "sh: ulimit: %s\n", reason(err))
		return 1
	}
	if text != "" {
		fmt.Fprintln(hc.Stdout, text)
	}
	return 0
}

func limitText(resource int, unit uint64, show func(unix.Rlimit) uint64) (string, error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(resource, &l); err != nil {
		return "", err
	}
	n := show(l)
	if n == unix.RLIM_INFINITY {
		return "unlimited", nil
	}
	return strconv.FormatUint(n/unit, 10), nil
}

func setLimit(resource int, unit uint64, text string, soft, hard bool) error {
	var l unix.Rlimit
	if err := unix.Getrlimit(resource, &l); err != nil {
		return err
	}
	n := uint64(unix.RLIM_INFINITY)
	if text != "unlimited" {
		parsed, err := strconv.ParseUint(text, 10, 50)
		if err != nil {
			return fmt.Errorf("%s: a number is wanted", text)
		}
		n = parsed * unit
	}
	if soft {
		l.Cur = n
	}
	if hard {
		l.Max = n
	}
	return unix.Setrlimit(resource, &l)
}
