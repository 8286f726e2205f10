package main

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"charm.land/fang/v2"

	"github.com/tentpole-labs/tentpole/tui"
)

// TestUnsaidSignal: in a class a signal is the status of a program and no sentence;
// what went wrong besides is said.
func TestUnsaidSignal(t *testing.T) {
	signal := &tui.SignalError{Signal: syscall.SIGTERM}
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{nil, 0, ""},
		{errors.Join(signal, nil), 143, ""},
		{errors.Join(signal, errors.New("a mount is left")), 143, "tentpole: ended by signal: terminated\na mount is left\n"},
		{errors.New("no screen"), 1, "tentpole: no screen\n"},
	} {
		err := unsaidSignal(c.err)
		var said bytes.Buffer
		if err != nil {
			complain(&said, fang.Styles{}, err)
		}
		if got := status(t.Context(), err); got != c.status || said.String() != c.says {
			t.Errorf("%v: status %d, and it says %q", c.err, got, said.String())
		}
	}
}
