package cgroup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"
)

// Freeze stops all commands and returns when they stand still. The init goes
// on where the group has limits; where it only tracks, the init is stopped as
// well. What does not stop within patience goes on, with os.ErrDeadlineExceeded.
func (g *Group) Freeze(patience time.Duration) error {
	f, err := g.freezer()
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	if err = writeControl(f.file, f.stop); err == nil {
		err = f.wait(f, deadline)
	}
	if err != nil {
		return errors.Join(err, writeControl(f.file, f.goOn))
	}
	return nil
}

// OpenThaw opens what lets frozen commands go on when THAWED is written to it,
// or gives nil where that is not needed: on v1 a frozen process does not even
// die. It is for the init, which has to end them when its owner is gone. The
// caller closes it.
func (g *Group) OpenThaw() (*os.File, error) {
	dir, version := g.layout.carrier(Freezer)
	if version != 1 {
		return nil, nil
	}
	return os.OpenFile(path.Join(dir, freezerState), os.O_WRONLY, 0)
}

// Thaw lets the commands go on.
func (g *Group) Thaw() error {
	f, err := g.freezer()
	if err != nil {
		return err
	}
	return writeControl(f.file, f.goOn)
}

// freezer is how one group is stopped.
type freezer struct {
	file, stop, goOn string
	wait             func(freezer, time.Time) error
}

func (g *Group) freezer() (freezer, error) {
	if dir, version := g.layout.carrier(Freezer); version == 1 {
		return freezer{path.Join(dir, freezerState), "FROZEN", "THAWED", waitState}, nil
	}
	dir := g.layout.Commands
	if dir == "" {
		dir = g.layout.Track
	}
	if dir == "" {
		return freezer{}, &MissingError{Controller: Freezer, Why: "this sandbox has no cgroup that could be frozen", Remedy: "start it with a limit"}
	}
	return freezer{path.Join(dir, "cgroup.freeze"), "1", "0", waitEvent}, nil
}

const freezerState = "freezer.state"

// waitState waits for v1, which does not tell: it has to be asked, and asked
// to freeze again, for a process born meanwhile may have been missed
// (Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst).
func waitState(f freezer, deadline time.Time) error {
	for wait := time.Millisecond / 8; ; wait = min(2*wait, 20*time.Millisecond) {
		state, err := os.ReadFile(f.file)
		if err != nil || string(bytes.TrimSpace(state)) == f.stop {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("freeze %s: %w", path.Dir(f.file), os.ErrDeadlineExceeded)
		}
		time.Sleep(wait)
		if err := writeControl(f.file, f.stop); err != nil {
			return err
		}
	}
}

// waitEvent waits for "frozen 1" in cgroup.events, which poll(2) watches.
func waitEvent(f freezer, deadline time.Time) error {
	events, err := unix.Open(path.Join(path.Dir(f.file), "cgroup.events"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open cgroup.events of %s: %w", path.Dir(f.file), err)
	}
	defer unix.Close(events)
	text := make([]byte, 256)
	for {
		n, err := unix.Pread(events, text, 0)
		if err != nil {
			return fmt.Errorf("read cgroup.events of %s: %w", path.Dir(f.file), err)
		}
		if bytes.Contains(text[:n], []byte("frozen 1\n")) {
			return nil
		}
		left := time.Until(deadline)
		if left <= 0 {
			return fmt.Errorf("freeze %s: %w", path.Dir(f.file), os.ErrDeadlineExceeded)
		}
		watched := []unix.PollFd{{Fd: int32(events), Events: unix.POLLPRI}}
		if _, err := unix.Poll(watched, int(left.Milliseconds())+1); err != nil && err != unix.EINTR {
			return fmt.Errorf("poll cgroup.events of %s: %w", path.Dir(f.file), err)
		}
	}
}
