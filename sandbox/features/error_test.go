package features

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
)

func TestConclusive(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{syscall.EPERM, true}, {syscall.ENOSYS, true}, {syscall.ENOTSUP, true}, {syscall.EINVAL, true}, {absent("?"), true},
		{fmt.Errorf("mount: %w", syscall.EACCES), true}, {&NotSupportedError{}, true}, {&RefusedError{Err: syscall.EPERM}, true},
		{syscall.ENOMEM, false}, {syscall.EAGAIN, false}, {syscall.EMFILE, false}, {syscall.ENOSPC, false}, {syscall.EIO, false},
		{context.Canceled, false}, {context.DeadlineExceeded, false}, {io.EOF, false},
	} {
		if conclusive(c.err) != c.want {
			t.Errorf("%v is conclusive: %v", c.err, !c.want)
		}
	}
}

// Only nil and ErrNotSupported are conclusive.
func TestAnswers(t *testing.T) {
	s := sceneOf(t, "rhel8", 1000, "user", nil)
	for _, c := range []struct {
		err         error
		ok, unknown bool
	}{{nil, true, false}, {syscall.EPERM, false, false}, {syscall.ENOMEM, false, true},
		{syscall.ENOSPC, false, false}, // the machine allows none
	} {
		s.err = c.err
		a := answer(s.feature, s, result{err: c.err})
		if a.OK != c.ok || a.Unknown != c.unknown {
			t.Errorf("%v: %+v", c.err, a)
		}
		if errors.Is(a.Err, ErrNotSupported) != (!c.ok && !c.unknown) || !errors.Is(a.Err, c.err) {
			t.Errorf("%v: the answer's error is %v", c.err, a.Err)
		}
	}
	s = sceneOf(t, "arch", 1000, "user", syscall.ENOSPC)
	if a := answer(s.feature, s, result{err: s.err}); !a.Unknown || errors.Is(a.Err, ErrNotSupported) {
		t.Errorf("a limit that is reached for now: %+v", a)
	}
}

func TestNotSupportedError(t *testing.T) {
	err := error(&NotSupportedError{Feature: "time", Cause: syscall.EINVAL, Remedy: "wait"})
	if err.Error() != "time: not supported on this machine (invalid argument); wait" || !errors.Is(err, ErrNotSupported) || !errors.Is(err, syscall.EINVAL) {
		t.Error(err)
	}
	if err := NotLinux(); !errors.Is(err, ErrNotSupported) || !strings.Contains(err.Error(), "Linux") {
		t.Error(err)
	}
}
