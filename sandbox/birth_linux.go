package sandbox

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
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
func (s *starting) birthFiles() (files []int, letGo func(), err error) {
	letGo = func() {
		for _, fd := range files {
			unix.Close(fd)
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, letGo, err
	}
	defer null.Close()
	errors := s.stderr
	if errors == nil {
		errors = null
	}
	for _, f := range []*os.File{null, null, errors, s.theirs, s.ourLife} {
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, proto.LivenessFD+1)
		if err != nil {
			return files, letGo, err
		}
		files = append(files, fd)
	}
	return files, letGo, nil
}

// birthCalls are what the init does before it executes. In a user namespace the
// ids are mapped while it comes up: until then it is nobody, and would lose its
// rights by executing if they were not ambient; capabilities(7).
func birthCalls(files []int, p *Plan) []fork.Call {
	calls := []fork.Call{{Number: unix.SYS_SETSID, Name: "setsid"}}
	for i, fd := range files {
		calls = append(calls, fork.Call{Number: unix.SYS_DUP3, Args: [6]uintptr{uintptr(fd), uintptr(i)}, Name: "dup3"})
	}
	root := []byte("/\x00")
	calls = append(calls, fork.Call{Number: unix.SYS_CHDIR, Args: [6]uintptr{uintptr(unsafe.Pointer(&root[0]))}, Keep: root, Name: "chdir /"})
	if p.Layers.Has(User) {
		calls = append(calls, op.KeepCapabilities(p.machine.LastCapability)...)
	}
	return append(calls, fork.Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_PDEATHSIG, uintptr(p.deathSignal())}, Name: "prctl PR_SET_PDEATHSIG"})
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
	if len(p.maps) == 0 {
		return nil
	}
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
