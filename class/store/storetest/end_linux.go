package storetest

import "syscall"

// endWithParent has a process end when the thread that starts it does.
func endWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
