package features

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/features/internal/probe"
	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// hostActs are tried in the calling process, each on things that it makes and
// removes again.
var hostActs = map[string]func(context.Context, *examination) (string, error){
	"state":   state,
	"rights":  rights,
	"born":    bornInside,
	"kill":    killed,
	"freezer": frozen,
	"sub-ids": subIDs,
}

// scratch makes a directory among the sandboxes' own. The caller removes it.
func (e *examination) scratch() (string, error) {
	top, err := e.engine.StateDir()
	if err != nil {
		return "", err
	}
	sandboxes := path.Join(top, "sandboxes")
	if err := os.MkdirAll(sandboxes, 0o711); err != nil {
		return "", err
	}
	dir := path.Join(sandboxes, e.own())
	return dir, os.Mkdir(dir, 0o700)
}

// state writes a file, puts it in its place, and reads it.
func state(_ context.Context, e *examination) (string, error) {
	dir, err := e.scratch()
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	draft, file := path.Join(dir, "draft"), path.Join(dir, "file")
	if err := os.WriteFile(draft, []byte("tent"), 0o600); err != nil {
		return "", err
	}
	if err := os.Rename(draft, file); err != nil {
		return "", err
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "tent" {
		return "", absent(fmt.Sprintf("read %s: %q where \"tent\" was written", file, content))
	}
	return path.Dir(path.Dir(dir)), nil
}

// rights reads which of root's capabilities there are.
func rights(context.Context, *examination) (string, error) {
	if missing := missingRights(os.DirFS("/")); len(missing) > 0 {
		return lost(missing), &RefusedError{Did: "use " + strings.Join(missing, ", "), Err: unix.EPERM}
	}
	return "", nil
}

// patience bounds the wait for the kernel to end or freeze a process.
const patience = 2 * time.Second

// trackingGroup makes a v2 cgroup of the caller's own. The caller closes it.
func (e *examination) trackingGroup() (*cgroup.Group, error) {
	place := cgroup.Look()
	if place.Own == "" {
		return nil, &RefusedError{Did: "make a cgroup", Err: noOwnCgroup}
	}
	g, err := cgroup.Make(path.Join(place.Own, "tentpole-"+e.own()))
	if err != nil {
		return nil, refused("make a cgroup in "+place.Own, err)
	}
	return g, nil
}

func refused(did string, err error) error {
	if err == nil {
		return nil
	}
	return &RefusedError{Did: did, Err: err}
}

// bornInside starts a process in a cgroup; CLONE_INTO_CGROUP of clone(2).
func bornInside(_ context.Context, e *examination) (string, error) {
	g, err := e.trackingGroup()
	if err != nil {
		return "", err
	}
	defer g.Close(patience)
	return "", withProcess(g.FD(), nil, func(p probe.Born) error {
		there, err := cgroup.Processes(g.Path)
		if err == nil && (len(there) != 1 || there[0] != p.PID) {
			err = absent("the process is not in " + g.Path)
		}
		return err
	})
}

// withProcess has a process live in a cgroup while f runs, on a thread that
// the process dies with.
func withProcess(cgroup int, calls []fork.Call, f func(probe.Born) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p, err := probe.Bear(cgroup, calls...)
	if err != nil {
		return err
	}
	defer p.End()
	return f(p)
}

// killed ends a process through its cgroup; cgroup.kill of cgroup-v2.rst.
func killed(_ context.Context, e *examination) (string, error) {
	g, err := e.trackingGroup()
	if err != nil {
		return "", err
	}
	defer g.Close(patience)
	return "", withProcess(g.FD(), nil, func(p probe.Born) error {
		order, err := g.OpenKill()
		if err != nil {
			return err
		}
		defer order.Close()
		if _, err := order.WriteString("1"); err != nil {
			return err
		}
		return p.Ended(patience)
	})
}

// frozen stops a process through its cgroup, whatever kind that is.
func frozen(ctx context.Context, e *examination) (string, error) {
	g, err := cgroup.Look().Make(e.own(), cgroup.Limits{PIDs: 16}, cgroup.Owner{UID: os.Geteuid(), GID: os.Getegid()})
	if err != nil {
		return "", missing(err)
	}
	defer g.Close(patience)
	at := -1
	if leaf := g.Commands(); leaf != nil {
		at = int(leaf.Fd())
	}
	return "", withProcess(at, joining(g), func(p probe.Born) error {
		if err := g.Adopt(ctx, p.PID); err != nil {
			return err
		}
		if err := g.Freeze(patience); err != nil {
			return refused("freeze a cgroup", err)
		}
		return refused("thaw a cgroup", g.Thaw())
	})
}

// joining are the calls by which a process enters v1 groups.
func joining(g *cgroup.Group) (calls []fork.Call) {
	self := []byte("0")
	for _, tasks := range g.Tasks() {
		calls = append(calls, fork.Call{Number: unix.SYS_WRITE, Args: [6]uintptr{tasks.Fd(), probe.Address(self), 1}, Keep: self, Name: "write 0 to tasks"})
	}
	return calls
}

// missing is a controller that cannot be had, in this package's words.
func missing(err error) error {
	var m *cgroup.MissingError
	if !errors.As(err, &m) {
		return refused("make a cgroup", err)
	}
	return &RefusedError{Did: "make a cgroup with " + m.Controller, Err: absent(m.Why), Remedy: m.Remedy}
}

// subIDs maps a range of ids into a user namespace by the programs that may;
// newuidmap(1), newgidmap(1).
func subIDs(ctx context.Context, e *examination) (string, error) {
	root := os.DirFS("/")
	var detail string
	unshare := fork.Call{Number: unix.SYS_UNSHARE, Args: [6]uintptr{unix.CLONE_NEWUSER}, Name: "unshare(CLONE_NEWUSER)"}
	return detail, withProcess(-1, []fork.Call{unshare}, func(p probe.Born) error {
		for _, m := range []struct {
			program, file, written string
			own                    int
		}{{"newuidmap", subUIDs, "uid_map", os.Geteuid()}, {"newgidmap", subGIDs, "gid_map", os.Getegid()}} {
			program, err := exec.LookPath(m.program)
			if err != nil {
				return err
			}
			s, err := spanOf(root, m.file, e.caller)
			if err != nil {
				return err
			}
			if err := mapSpan(ctx, program, p.PID, m.own, s, m.written); err != nil {
				return err
			}
		}
		return nil
	})
}

// mapSpan maps id 0 to the caller's own and the following to a range.
func mapSpan(ctx context.Context, program string, pid, own int, s span, written string) error {
	args := fmt.Sprintf("%d 0 %d 1 1 %d %d", pid, own, s.first, s.count)
	said, err := exec.CommandContext(ctx, program, strings.Fields(args)...).CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return refused(program+" "+args, absent(strings.TrimSpace(string(said))))
	}
	ids, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, written))
	if err == nil && strings.Count(string(ids), "\n") != 2 {
		err = absent(fmt.Sprintf("map ids by %s: the map is %q", program, ids))
	}
	return err
}
