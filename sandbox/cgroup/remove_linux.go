package cgroup

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// RemoveAll removes several groups, in any hierarchy; see [Remove]. It waits
// at most patience in all.
func RemoveAll(dirs []string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	var errs []error
	for _, dir := range dirs {
		errs = append(errs, Remove(dir, time.Until(deadline)))
	}
	return errors.Join(errs...)
}

// Remove kills what is in the cgroup dir and the cgroups below it, and
// removes them. It waits at most patience for the processes to be gone. A
// directory that is already gone is no error; one whose name does not begin
// with "tentpole-" is not touched.
func Remove(dir string, patience time.Duration) error {
	if !strings.HasPrefix(path.Base(dir), prefix) {
		return &fs.PathError{Op: "remove cgroup", Path: dir, Err: unix.EINVAL}
	}
	deadline := time.Now().Add(patience)
	if path.Ext(dir) == scopeSuffix {
		leaveToSystemd(dir, min(patience, systemdTakes))
	}
	for wait := time.Millisecond; ; wait *= 2 {
		err := removeTree(dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		Kill(dir)
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(min(wait, 50*time.Millisecond)) // EBUSY until the last has exited
	}
}

// removeTree removes the cgroups below dir, which only the sandbox itself can
// have made, and dir.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if err := unix.Rmdir(dir); err != nil {
		return &fs.PathError{Op: "rmdir", Path: dir, Err: err}
	}
	return nil
}

func removeBelow(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// systemdTakes is how long systemd is given to see that a scope is empty.
const systemdTakes = 200 * time.Millisecond

// leaveToSystemd empties a scope and gives systemd time to remove it. A scope
// that vanishes before systemd has seen it empty, it makes again. One that was
// not quite empty when systemd tried, it leaves.
func leaveToSystemd(dir string, patience time.Duration) {
	Kill(dir)
	deadline := time.Now().Add(patience)
	for wait := time.Millisecond; exists(dir) && time.Now().Before(deadline); wait *= 2 {
		removeBelow(dir)
		time.Sleep(min(wait, 20*time.Millisecond))
	}
}
