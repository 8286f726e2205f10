package play

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// errGone is what the facts of a process that has ended are.
var errGone error = syscall.ESRCH

// environment is the facts of both sides as a condition asks for them.
func environment(host, inside facts.Facts) lessons.Env {
	return lessons.Env{
		Host:   side(host, "/"),
		Inside: side(inside, rootOf(inside.PID)),
		Cgroup: cgroupOf(inside),
	}
}

// rootOf is the way to a process's root directory; proc_pid_root(5).
func rootOf(pid int) string { return "/proc/" + strconv.Itoa(pid) + "/root" }

func side(f facts.Facts, root string) lessons.Side {
	s := lessons.Side{
		PID: f.PID, NS: namespaces(f), Mounts: len(f.Mounts),
		UID:          insideID(f.UIDMap, f.UIDs.Effective, f.SeenFrom, f.Namespaces["user"]),
		GID:          insideID(f.GIDMap, f.GIDs.Effective, f.SeenFrom, f.Namespaces["user"]),
		Capabilities: len(f.Capabilities.Effective),
		NoNewPrivs:   f.NoNewPrivs, Seccomp: seccompWords[f.Seccomp],
		Cgroup: cgroupSeen(f), Hostname: f.Hostname, Interfaces: len(f.Interfaces),
		BootTime: func() (int, error) { return bootTime(f) },
		Can:      func(name string) (bool, error) { return can(f, name) },
		Listens:  func(port int) (bool, error) { return listens(f.PID, port) },
		File:     func(name string) (lessons.File, error) { return fileBelow(root, name) },
		Mount:    func(name string) (lessons.Mount, error) { return mountAt(f, name), nil },
		Process:  func(string) (lessons.Process, error) { return lessons.Process{}, errNotListed },
	}
	if n := len(f.NSPIDs); n > 0 {
		s.PID = f.NSPIDs[n-1]
	}
	s.Root = mountAt(f, "/").Type
	s.Processes = countProcesses(root)
	return s
}

// seccompWords are the lesson's words for the kernel's.
var seccompWords = map[string]string{"disabled": "off", "strict": "strict", "filter": "filter"}

func namespaces(f facts.Facts) lessons.Namespaces {
	n := lessons.Namespaces{
		Mount: f.Namespaces["mount"], UTS: f.Namespaces["uts"], IPC: f.Namespaces["ipc"], PID: f.Namespaces["pid"],
		Net: f.Namespaces["net"], User: f.Namespaces["user"], Cgroup: f.Namespaces["cgroup"], Time: f.Namespaces["time"],
	}
	for _, inode := range f.Namespaces {
		if inode != 0 {
			n.Count++
		}
	}
	return n
}

// overflowID is what an id without a mapping is called; user_namespaces(7).
const overflowID = 65534

// insideID translates an id as the reader sees it to the process's own count.
func insideID(ranges []facts.IDRange, id uint32, reader, own uint64) int {
	if reader == own {
		return int(id)
	}
	for _, r := range ranges {
		if id >= r.Outside && id-r.Outside < r.Count {
			return int(r.Inside + (id - r.Outside))
		}
	}
	return overflowID
}

func bootTime(f facts.Facts) (int, error) {
	if why := f.Unreadable["boot"]; why != "" {
		return 0, errors.New(why)
	}
	return int(f.BootTime.Unix()), nil
}

// can tells whether a process has a capability.
func can(f facts.Facts, name string) (bool, error) {
	if !slices.Contains(Known().Capabilities, name) {
		return false, fmt.Errorf("there is no capability %q", name)
	}
	return slices.Contains(f.Capabilities.Effective, name), nil
}

// listens tells whether somebody listens on a port in a process's network.
func listens(pid, port int) (bool, error) {
	ports, err := facts.Listening(pid)
	return slices.Contains(ports, port), err
}

// cgroupPath is where the process is, as the reader sees it.
func cgroupPath(f facts.Facts) string { return mainCgroup(f).Path }

// cgroupSeen is where the process finds itself.
func cgroupSeen(f facts.Facts) string {
	c := mainCgroup(f)
	return cmp.Or(c.Inside, c.Path)
}

// mainCgroup is that of cgroup v2, or else where a limit would be kept.
func mainCgroup(f facts.Facts) facts.Cgroup {
	for _, hierarchy := range []string{facts.Unified, "memory"} {
		for _, c := range f.Cgroups {
			if c.Hierarchy == hierarchy && (c.Path != "/" || hierarchy != facts.Unified) {
				return c
			}
		}
	}
	return facts.Cgroup{Path: "/"}
}

// mountAt is the topmost mount exactly there; of two on one target the later
// hides the earlier.
func mountAt(f facts.Facts, name string) lessons.Mount {
	for _, m := range slices.Backward(f.Mounts) {
		if m.Target == name {
			return lessons.Mount{Type: m.FSType, Source: m.Source, Device: m.Device}
		}
	}
	return lessons.Mount{}
}

// countProcesses counts what /proc of a root directory lists. Nothing below it
// is opened but the directory itself, and no link leads out of the root.
func countProcesses(root string) int {
	r, err := os.OpenRoot(root)
	if err != nil {
		return 0
	}
	defer r.Close()
	proc, err := r.OpenRoot("proc") // a directory or nothing
	if err != nil {
		return 0
	}
	defer proc.Close()
	entries, err := fs.ReadDir(proc.FS(), ".")
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err == nil {
			n++
		}
	}
	return n
}

var errNotListed = errors.New("the processes of the sandbox were not listed")

// listProcesses reads the processes of the sandbox: those that descend from its
// init, and with a pid namespace of its own all in there. They are listed by
// way of a command, as the init itself shows an ordinary user nothing.
func listProcesses(ctx context.Context, env *lessons.Env, command, init int) error {
	f, err := facts.Read(ctx, command, facts.WithProcesses())
	if err != nil {
		return err
	}
	if why := f.Unreadable["processes"]; f.Processes == nil && why != "" {
		return fmt.Errorf("list the processes of the sandbox: %s", why)
	}
	descends := descendants(f.Processes, init)
	find := func(number func(facts.Process) int) func(string) (lessons.Process, error) {
		return func(name string) (lessons.Process, error) {
			var newest facts.Process
			for _, p := range f.Processes {
				if (p.Inside || descends[p.PID]) && p.Comm == name && p.PID > newest.PID {
					newest = p
				}
			}
			if newest.PID == 0 {
				return lessons.Process{}, nil
			}
			its, err := facts.Read(context.WithoutCancel(ctx), newest.PID)
			return lessons.Process{Exists: true, PID: number(newest), NS: namespaces(its)}, err
		}
	}
	env.Host.Process = find(func(p facts.Process) int { return p.PID })
	env.Inside.Process = find(func(p facts.Process) int { return p.NSPID })
	return nil
}

// descendants are the process with that id and all that descend from it.
func descendants(list []facts.Process, top int) map[int]bool {
	found := map[int]bool{top: true}
	for grew := true; grew; { // ids wrap around: a child may come before its parent
		grew = false
		for _, p := range list {
			if !found[p.PID] && found[p.Parent] {
				found[p.PID], grew = true, true
			}
		}
	}
	return found
}
