package cgroup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const cgroupKill = "cgroup.kill"

// Kill ends every process of the sandbox, its init as well where there is a
// v2 group. It does not wait for them to be gone.
func (g *Group) Kill() error {
	dirs := g.Directories()
	if g.Path != "" && Kill(g.Path) == nil {
		dirs = nil // that was everybody, but the frozen ones of v1 have to be thawed
		if dir, version := g.layout.carrier(Freezer); version == 1 {
			dirs = []string{dir}
		}
	}
	var errs []error
	for _, dir := range dirs {
		if err := Kill(dir); err != nil && !errors.Is(err, unix.ENOENT) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Kill ends every process in the cgroup and below: by cgroup.kill (v2, since
// Linux 5.14), else one after the other. On v1 a frozen group is thawed, for a
// frozen process dies only then. A group without processes is no error; one
// whose name does not begin with "tentpole-", or that has the caller in it, is
// none of a sandbox's, and nobody in it is touched.
func Kill(dir string) error {
	if !strings.HasPrefix(path.Base(dir), prefix) {
		return &fs.PathError{Op: "kill cgroup", Path: dir, Err: unix.EINVAL}
	}
	return kill(dir)
}

func kill(dir string) error {
	err := writeControl(path.Join(dir, cgroupKill), "1")
	if err == nil {
		return nil
	}
	if _, gone := os.Stat(dir); gone != nil {
		return gone
	}
	return killTree(dir)
}

// killTree kills here, then below. What is frozen cannot fork meanwhile.
func killTree(dir string) error {
	members, err := Processes(dir)
	if err != nil {
		return err
	}
	if slices.Contains(members, os.Getpid()) {
		return &fs.PathError{Op: "kill the caller's own cgroup", Path: dir, Err: unix.EINVAL}
	}
	state := path.Join(dir, freezerState)
	if !exists(state) {
		return errors.Join(killListed(dir), killBelow(dir))
	}
	return errors.Join(writeControl(state, "FROZEN"), killListed(dir), killBelow(dir), writeControl(state, "THAWED"))
}

func killBelow(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if e.IsDir() {
			errs = append(errs, kill(path.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// killListed kills what cgroup.procs lists until it lists nobody new: a
// process may have forked before its turn came.
func killListed(dir string) error {
	signalled := map[int]bool{}
	for range mostPasses {
		list, err := Processes(dir)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(pid int) bool { return signalled[pid] })
		if len(list) == 0 {
			return nil
		}
		for _, pid := range list {
			signalled[pid] = true
			if err := killMember(dir, pid); err != nil && err != unix.ESRCH {
				return fmt.Errorf("kill process %d of %s: %w", pid, dir, err)
			}
		}
	}
	return fmt.Errorf("kill the processes of %s: %w: they fork faster than they die", dir, unix.EAGAIN)
}

// mostPasses bounds a race with a fork bomb. Whoever removes the group comes
// again.
const mostPasses = 100

// killMember kills a process that is still in the cgroup: between the list and
// the signal it may have died and its number may be somebody else's now.
func killMember(dir string, pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	list, err := Processes(dir)
	if err != nil || !slices.Contains(list, pid) {
		return err
	}
	return unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
}

// Processes lists the processes in a cgroup, without those below it. One that
// the caller's pid namespace does not show has no number and is left out.
func Processes(dir string) ([]int, error) {
	b, err := os.ReadFile(path.Join(dir, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var list []int
	for line := range strings.Lines(string(bytes.TrimSpace(b))) {
		if pid, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && pid > 0 {
			list = append(list, pid)
		}
	}
	return list, nil
}
