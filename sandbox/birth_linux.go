package sandbox

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// firstProcess is a sandbox's init, as its parent knows it.
type firstProcess struct {
	pid   int // the host's number
	pidfd *os.File
}

// signal sends a signal to the init and to nobody else, whoever may have its
// number by now; pidfd_send_signal(2).
func (f *firstProcess) signal(sig unix.Signal) {
	raw, err := f.pidfd.SyscallConn()
	if err != nil {
		return // it has been waited for
	}
	raw.Control(func(fd uintptr) { unix.PidfdSendSignal(int(fd), sig, nil, 0) })
}

// wait waits until the init is gone, and lets go of it.
func (f *firstProcess) wait() {
	for {
		if _, err := unix.Wait4(f.pid, nil, 0, nil); err != unix.EINTR {
			break
		}
	}
	f.pidfd.Close()
}

// birthFiles are the descriptors that the init is born with, in the order of
// their numbers. They are copies above those numbers, so that none is
// overwritten before it has been moved.
func (s *starting) birthFiles(exe string, p *fork.Program) (files []int, letGo func(), err error) {
	var copies []int
	letGo = func() { closeAll(copies) }
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, letGo, err
	}
	defer null.Close()
	errors := s.stderr
	if errors == nil {
		errors = null
	}
	list := []uintptr{null.Fd(), null.Fd(), errors.Fd(), s.theirs.Fd(), s.ourLife.Fd()}
	if p.Sole {
		more, closing, err := s.raiserFiles(exe, p, null)
		defer closing()
		if err != nil {
			return nil, letGo, err
		}
		list = append(list, more...)
	}
	for _, f := range list {
		fd, err := unix.FcntlInt(f, unix.F_DUPFD_CLOEXEC, freeFD)
		if err != nil {
			return nil, letGo, err
		}
		copies = append(copies, fd)
	}
	if !p.Sole {
		return copies, letGo, nil
	}
	alive, err := p.Alive(freeFD)
	return slices.Insert(slices.Clone(copies), aliveFD, alive), letGo, err
}

// raiserFiles are those that a script needs besides, and what closes those of them
// that were opened for it.
func (s *starting) raiserFiles(exe string, p *fork.Program, null *os.File) (list []uintptr, closing func(), err error) {
	closing = func() {}
	gate, err := p.Gate()
	if err != nil {
		return nil, closing, err
	}
	fd, err := unix.Open(exe, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, closing, explain("open", exe, err)
	}
	closing = func() { unix.Close(fd) }
	list = []uintptr{uintptr(fd), uintptr(gate), s.handsTheirs.Fd()}
	if s.beginning() {
		for _, f := range []*os.File{s.first.Stdin, s.first.Stdout, s.first.Stderr} {
			list = append(list, cmp.Or(f, null).Fd())
		}
	}
	return list, closing, nil
}

// birthCalls are what the init does before it executes.
func birthCalls(files []int, p *Plan) []fork.Call {
	return append(standing(files), becoming(p)...)
}

// standing are those that need no ids: a session, the descriptors, a directory.
func standing(files []int) []fork.Call {
	calls := []fork.Call{{Number: unix.SYS_SETSID, Name: "setsid"}}
	for i, fd := range files {
		flags := uintptr(0)
		if i > programFD { // they are not the init's
			flags = unix.O_CLOEXEC
		}
		calls = append(calls, fork.Call{Number: unix.SYS_DUP3, Args: [6]uintptr{uintptr(fd), uintptr(i), flags}, Name: "dup3"})
	}
	return append(calls, fork.Chdir("/"))
}

// becoming are those by which it becomes root of its user namespace, whose ids are
// mapped now. The signal is asked for last: the kernel forgets it when ids change.
func becoming(p *Plan) (calls []fork.Call) {
	if len(p.maps) > 0 {
		calls = becomeRoot(p.Rootless)
	}
	return append(calls, fork.Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_PDEATHSIG, uintptr(p.deathSignal())}, Name: "prctl PR_SET_PDEATHSIG"})
}

// becomeRoot takes the first user id of the inside, which is mapped now. It is
// done before the exec, by one thread, and so that the exec keeps what root
// has; capabilities(7). An ordinary user is it by being mapped, and can drop no
// groups.
func becomeRoot(rootless bool) []fork.Call {
	if rootless {
		return nil
	}
	return []fork.Call{
		{Number: unix.SYS_SETGROUPS, Name: "setgroups"},
		{Number: unix.SYS_SETRESGID, Name: "setresgid"},
		{Number: unix.SYS_SETRESUID, Name: "setresuid"},
	}
}

// deathSignal is what the init gets when its owner dies. With a pid namespace
// its death is the death of all it started. Without one, SIGKILL would hit the
// one process that knows whom else to kill; and on v1 nobody would be left to
// thaw a frozen group, whose processes do not die. Those inits see the end of
// the liveness pipe, and are only woken, should somebody have stopped them.
func (p *Plan) deathSignal() unix.Signal {
	if p.Layers.Has(PID) && len(p.layout.Branches) == 0 {
		return unix.SIGKILL
	}
	return unix.SIGCONT
}

// writeMaps writes the id maps of the user namespace of the init pid; user_namespaces(7).
// An ordinary user may write only the own id, and groups only when nobody inside
// can drop one.
func writeMaps(pid int, p *Plan) error {
	files := []struct{ name, text string }{{"uid_map", mapText(p.maps)}, {"gid_map", mapText(p.gidMaps)}}
	if p.Rootless {
		files = append(files[:1], struct{ name, text string }{"setgroups", "deny"}, files[1])
	}
	for _, file := range files {
		name := fmt.Sprintf("/proc/%d/%s", pid, file.name)
		if err := os.WriteFile(name, []byte(file.text), 0); err != nil {
			return explain("write", name, errno(err))
		}
	}
	return nil
}

func mapText(maps []op.IDMap) string {
	var b strings.Builder
	for _, m := range maps {
		fmt.Fprintf(&b, "%d %d %d\n", m.Inside, m.Outside, m.Count)
	}
	return b.String()
}
