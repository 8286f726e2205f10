package seccomp

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Action is what becomes of a call.
type Action struct {
	Do Do `json:"do"`
	// Errno is Linux's error number that the call returns with DoErrno, 0 to
	// 4095, and the message for the tracer with DoTrace. The numbers are Linux's
	// on every system that this package runs on.
	Errno uint16 `json:"errno,omitempty"`
}

// Do is the kind of an action.
type Do string

// The actions of seccomp(2), the mildest first.
const (
	DoAllow       Do = "allow"        // the call is made
	DoLog         Do = "log"          // it is made, and the kernel logs it
	DoTrace       Do = "trace"        // a tracer decides; without one the call fails with ENOSYS
	DoErrno       Do = "errno"        // it fails with that number
	DoTrap        Do = "trap"         // the thread gets SIGSYS, which it may catch
	DoKillThread  Do = "kill-thread"  // the thread ends as by SIGSYS
	DoKillProcess Do = "kill-process" // so does the whole process
)

// Error numbers of asm-generic/errno.h; package syscall has them for the
// system that this is built for, which need not be Linux.
const (
	ePERM  = 1
	eNOSYS = 38
	// maxErrno is the kernel's MAX_ERRNO: a larger one is returned as this.
	maxErrno = 4095
)

var (
	allowed = Action{Do: DoAllow}
	refused = Action{Do: DoErrno, Errno: ePERM}
	// absent answers as a kernel does that is older than the call.
	absent = Action{Do: DoErrno, Errno: eNOSYS}
)

// A deed is what there is to know of one kind of action.
type deed struct {
	do   Do
	oci  specs.LinuxSeccompAction
	ret  uint32 // SECCOMP_RET_* of linux/seccomp.h
	lets bool   // the call is made
	data bool   // the low 16 bits of the return value hold Errno
}

// deeds are all kinds. SCMP_ACT_KILL is the old name of SCMP_ACT_KILL_THREAD: it
// stands below it, so it is read and never written.
var deeds = []deed{
	{do: DoAllow, oci: specs.ActAllow, ret: 0x7fff0000, lets: true},
	{do: DoLog, oci: specs.ActLog, ret: 0x7ffc0000, lets: true},
	{do: DoTrace, oci: specs.ActTrace, ret: 0x7ff00000, data: true},
	{do: DoErrno, oci: specs.ActErrno, ret: 0x00050000, data: true},
	{do: DoTrap, oci: specs.ActTrap, ret: 0x00030000},
	{do: DoKillThread, oci: specs.ActKillThread, ret: 0x00000000},
	{do: DoKillProcess, oci: specs.ActKillProcess, ret: 0x80000000},
	{do: DoKillThread, oci: specs.ActKill, ret: 0x00000000},
}

func (d Do) deed() (deed, bool) {
	for _, known := range deeds {
		if known.do == d {
			return known, true
		}
	}
	return deed{}, false
}

// Lets tells whether the call is made.
func (a Action) Lets() bool {
	d, _ := a.Do.deed()
	return d.lets
}

// String is the action in words: "allow", "errno EPERM", "kill-process".
func (a Action) String() string {
	d, ok := a.Do.deed()
	switch {
	case !ok:
		return fmt.Sprintf("unknown action %q", string(a.Do))
	case !d.data:
		return string(a.Do)
	case a == refused:
		return "errno EPERM"
	case a == absent:
		return "errno ENOSYS"
	}
	return fmt.Sprintf("%s %d", a.Do, a.Errno)
}

// value is what the filter returns for the action.
func (a Action) value() uint32 {
	d, _ := a.Do.deed()
	return d.ret | uint32(a.Errno)
}

func (a Action) check() error {
	d, ok := a.Do.deed()
	switch {
	case !ok:
		return fmt.Errorf("%v", a)
	case a.Errno != 0 && !d.data:
		return fmt.Errorf("action %s takes no errno, not %d", a.Do, a.Errno)
	case a.Do == DoErrno && a.Errno > maxErrno:
		return fmt.Errorf("errno %d is above %d, the highest there is", a.Errno, maxErrno)
	}
	return nil
}
