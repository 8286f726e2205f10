//go:build unix && !linux

package tui

import (
	"os"
	"syscall"
)

// stops are the signals that stop a program on a terminal; signal(7).
var stops = []os.Signal{syscall.SIGTSTP}

// goesOn is what lets a stopped program go on.
const goesOn = syscall.SIGCONT

// stopSelf stops the process until SIGCONT.
func stopSelf() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }

// jobControl tells whether there is a shell to go back to. Programs are started
// from one here.
func jobControl() bool { return true }
