package cgroup

import (
	"errors"
	"os"
	"path"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// Own returns the directory of the caller's own cgroup in the v2 hierarchy if
// the caller may make cgroups in it, else "".
func Own() string {
	mounts, err := mountinfo.GetMounts(mountinfo.FSTypeFilter("cgroup2"))
	if err != nil || len(mounts) == 0 {
		return ""
	}
	list, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(list)) {
		own, v2 := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !v2 {
			continue
		}
		dir := path.Join(mounts[0].Mountpoint, strings.TrimPrefix(own, mounts[0].Root))
		if unix.Access(dir, unix.W_OK) == nil && unix.Access(dir+"/cgroup.procs", unix.W_OK) == nil {
			return dir
		}
	}
	return ""
}

// Group is one tracking cgroup. Close it when its processes are gone.
type Group struct {
	Path string
	dir  *os.File
}

// Make makes the directory and opens it for CLONE_INTO_CGROUP.
func Make(dir string) (*Group, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		os.Remove(dir)
		return nil, err
	}
	return &Group{Path: dir, dir: f}, nil
}

// FD is the directory's descriptor, valid until Close.
func (g *Group) FD() int { return int(g.dir.Fd()) }

// OpenKill opens cgroup.kill for writing; kernel 5.14 and later. The caller
// closes it.
func (g *Group) OpenKill() (*os.File, error) {
	return os.OpenFile(g.Path+"/cgroup.kill", os.O_WRONLY, 0)
}

// Close kills whatever is left in the group and removes it. It waits at most
// patience for the processes to be gone.
func (g *Group) Close(patience time.Duration) error {
	g.dir.Close()
	return Remove(g.Path, patience)
}

// Remove kills what is in the cgroup dir and the cgroups below it, and
// removes them. A directory that is already gone is no error.
func Remove(dir string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for wait := time.Millisecond; ; wait *= 2 {
		err := removeTree(dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		Kill(dir)
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(min(wait, 50*time.Millisecond))
	}
}

// Kill ends every process in the cgroup and below.
func Kill(dir string) error {
	f, err := os.OpenFile(dir+"/cgroup.kill", os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("1")
	return errors.Join(err, f.Close())
}

// removeTree removes the cgroups below dir, which only a sandbox's own
// processes can have made, and dir.
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
	return unix.Rmdir(dir)
}
