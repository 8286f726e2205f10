package main

import (
	"os/exec"
	"runtime"
	"syscall"
)

// endWithUs lets the kernel end the command when this program is killed. The
// signal belongs to the thread that starts it (PR_SET_PDEATHSIG(2const)), so
// the caller's stays.
func endWithUs(cmd *exec.Cmd) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
