package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// spawn starts the init, and returns as soon as it is there; executed tells the
// rest. A start in the tracking cgroup that the kernel
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
	if s.hands, s.handsTheirs, err = proto.Hands(); err != nil {
		return err
	}
	if fd, err := unix.MemfdCreate("tentpole-init-stderr", unix.MFD_CLOEXEC); err == nil {
		s.stderr = os.NewFile(uintptr(fd), "stderr")
	}
	tracked := s.group != nil && s.group.FD() >= 0
	err = s.fork(c, tracked)
	if err != nil && s.scripted() {
		// A kernel or a filter that knows no clone3(2), or what the init says better.
		s.plainly, s.script = true, nil
		err = s.fork(c, tracked)
	}
	if err != nil && tracked && !s.plan.limited() && retriable(err) {
		if err = s.fork(c, false); err == nil {
			s.untrack()
		}
	}
	if err != nil {
		return err
	}
	return s.identify()
}

// identify maps the ids of the first process, which waits for it, and takes hold
// of its user namespace.
func (s *starting) identify() (err error) {
	defer s.proceed()
	if len(s.plan.maps) == 0 {
		return nil
	}
	if err := writeMaps(s.pid, s.plan); err != nil {
		return err
	}
	s.users, err = os.Open(fmt.Sprintf("/proc/%d/ns/user", s.pid))
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
	p, err := fork.New()
	if err != nil {
		return err
	}
	p.Sole = s.scripted()
	files, letGo, err := s.birthFiles(exe, p)
	if err == nil {
		err = s.story(p, exe, files, c)
	}
	if err != nil {
		p.Close()
		letGo()
		return err
	}
	group := -1
	if tracked {
		group = s.group.FD()
	}
	end := make(chan error, 1)
	s.spawner(func() { end <- s.bear(p, group) })
	executed := func() error {
		defer p.Close()
		defer letGo()
		stop := context.AfterFunc(s.ctx, p.Kill)
		defer stop()
		err := <-end
		if err == nil && s.script != nil {
			err = s.script.read()
		}
		if s.ctx.Err() != nil { // it was ended for that
			err = s.ctx.Err()
		}
		return err
	}
	if p.Sole { // while the kernel makes the namespaces, and the child waits
		err = s.script.write(s)
	}
	s.prepared() // up asks how that went
	if s.pid = p.Born(); s.pid != 0 && err == nil {
		s.executed, s.proceed = executed, p.Proceed
		return nil
	}
	if err != nil {
		p.Kill()
	}
	p.Proceed()
	return cmp.Or(executed(), error(unix.ESRCH))
}

// story puts together what the init does before it is one.
func (s *starting) story(p *fork.Program, exe string, files []int, c op.Clone) error {
	for _, ns := range c.Namespaces {
		p.Flags |= cloneFlags[ns]
	}
	if err := p.Announce(); err != nil {
		return err
	}
	if p.Sole {
		p.Reserve(usualCalls)
		var err error
		s.script, err = s.prologue(p, files)
		return err
	}
	if len(s.plan.maps) > 0 {
		if err := p.Await(); err != nil {
			return err
		}
	}
	p.Add(birthCalls(files, s.plan)...)
	return p.Exec(exe, []string{proto.InitName, path.Base(s.plan.tree)}, initEnvironment())
}

// bear starts the process, in the namespaces that it joins. It runs on the
// spawner's thread, which comes back out of them, or must not fork again.
func (s *starting) bear(p *fork.Program, group int) error {
	defer p.Stillborn()
	enter, leave, err := s.joining()
	if err != nil {
		return err
	}
	if err := enter(); err != nil {
		return errors.Join(err, leave())
	}
	pid, pidfd, err := p.Start(group)
	if err == nil {
		s.init = &firstProcess{pid: pid, pidfd: os.NewFile(uintptr(pidfd), "init")}
		living.Store(pid, true)
	}
	return errors.Join(err, leave())
}

var cloneFlags = map[string]uint64{
	"mount": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC,
	"pid": unix.CLONE_NEWPID, "net": unix.CLONE_NEWNET, "user": unix.CLONE_NEWUSER,
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
