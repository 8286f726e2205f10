package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"path"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// spawner starts every init from one thread that lives as long as the
// program: the parent-death signal is tied to the thread that forked, not to
// the process (prctl(2), PR_SET_PDEATHSIG).
var spawner = &thread{}

type thread struct {
	once sync.Once
	work chan func()
}

// do runs f on the thread and waits for it.
func (t *thread) do(f func()) {
	t.once.Do(func() {
		t.work = make(chan func())
		go func() {
			runtime.LockOSThread() // never unlocked
			for f := range t.work {
				f()
			}
		}()
	})
	done := make(chan struct{})
	t.work <- func() { defer close(done); f() }
	<-done
}

// spawn starts the init. A start in the tracking cgroup that the kernel
// refuses is tried once more without: a tracking cgroup is a convenience.
func (s *starting) spawn(c op.Clone) error {
	ours, theirs, err := proto.Pair()
	if err != nil {
		return err
	}
	s.conn, s.theirs = ours, theirs
	readEnd, writeEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	s.ourLife, s.liveness = readEnd, writeEnd
	if fd, err := unix.MemfdCreate("tentpole-init-stderr", unix.MFD_CLOEXEC); err == nil {
		s.stderr = os.NewFile(uintptr(fd), "stderr")
	}
	err = s.fork(c, s.group != nil)
	if err != nil && s.group != nil && retriable(err) {
		if err = s.fork(c, false); err == nil {
			s.untrack()
		}
	}
	return err
}

// untrack lets go of a tracking cgroup that the process could not be born in.
func (s *starting) untrack() {
	s.group.Close(0)
	s.group = nil
}

// retriable are the answers to CLONE_INTO_CGROUP that have nothing to do with
// the namespaces asked for.
func retriable(err error) bool {
	for _, errno := range []syscall.Errno{unix.EBADF, unix.EBUSY, unix.EACCES, unix.EOPNOTSUPP, unix.EPERM} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

func (s *starting) fork(c op.Clone, tracked bool) error {
	exe, err := program(s.plan)
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{Path: exe, Args: []string{proto.InitName, path.Base(s.plan.tree)}, Dir: "/", Env: initEnvironment(), ExtraFiles: []*os.File{s.theirs, s.ourLife}}
	if s.stderr != nil {
		cmd.Stderr = s.stderr
	}
	attr := &syscall.SysProcAttr{Setsid: true, UidMappings: sysIDs(c.UIDs), GidMappings: sysIDs(c.GIDs), GidMappingsEnableSetgroups: !s.plan.Rootless}
	for _, ns := range c.Namespaces {
		attr.Cloneflags |= cloneFlags[ns]
	}
	if s.plan.Layers.Has(PID) {
		// The death of this init is the death of all it started. Without a
		// pid namespace the signal would kill the one process that knows
		// whom else to kill.
		attr.Pdeathsig = syscall.SIGKILL
	}
	if len(c.UIDs) > 0 && !s.plan.Rootless {
		// Root of the host is nobody in this map; be root of the inside.
		attr.Credential = &syscall.Credential{Uid: 0, Gid: 0}
	}
	if tracked {
		attr.UseCgroupFD, attr.CgroupFD = true, s.group.FD()
	}
	cmd.SysProcAttr = attr
	spawner.do(func() {
		if err = cmd.Start(); err == nil {
			inits.Store(cmd.Process.Pid, true)
		}
	})
	if err == nil {
		s.cmd = cmd
	}
	return err
}

var cloneFlags = map[string]uintptr{
	"mount": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC,
	"pid": unix.CLONE_NEWPID, "net": unix.CLONE_NEWNET, "user": unix.CLONE_NEWUSER,
}

func sysIDs(maps []op.IDMap) []syscall.SysProcIDMap {
	var out []syscall.SysProcIDMap
	for _, m := range maps {
		out = append(out, syscall.SysProcIDMap{ContainerID: m.Inside, HostID: m.Outside, Size: m.Count})
	}
	return out
}

// initEnvironment keeps Go's runtime in the init small: no collector for a
// heap of a few hundred kilobytes, and no cgroup files held open.
func initEnvironment() []string {
	debug := "containermaxprocs=0,updatemaxprocs=0"
	if own := os.Getenv("GODEBUG"); own != "" {
		debug = own + "," + debug
	}
	return []string{"GODEBUG=" + debug, "GOGC=400", "GOMAXPROCS=2"}
}
