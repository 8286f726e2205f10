package tui

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// stops are the signals that stop a program on a terminal; signal(7). SIGTTIN
// and SIGTTOU are left to the kernel.
var stops = []os.Signal{syscall.SIGTSTP}

// goesOn is what lets a stopped program go on.
const goesOn = syscall.SIGCONT

// stopSelf stops the process until SIGCONT.
func stopSelf() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }

// jobControl tells whether there is a shell to go back to: the kernel drops
// SIGTSTP for a process group none of whose members has a parent in another
// group of the session ("orphaned"; setpgid(2), termios(3)), and waiting for
// SIGCONT would then last for ever.
func jobControl() bool {
	group, session := 0, 0
	for pid := os.Getpid(); pid > 0; {
		p, err := readStat(pid)
		if err != nil {
			return false
		}
		if pid == os.Getpid() {
			group, session = p.group, p.session
		}
		switch {
		case p.session != session:
			return false
		case p.group != group:
			return true
		}
		pid = p.parent
	}
	return false
}

// stat is what proc_pid_stat(5) says of who a process belongs to.
type stat struct{ parent, group, session int }

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	var s stat
	var state string
	name := bytes.LastIndexByte(text, ')') // what it is called may hold anything
	_, err = fmt.Sscan(string(text[name+1:]), &state, &s.parent, &s.group, &s.session)
	return s, err
}
