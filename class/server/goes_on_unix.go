//go:build unix

package server

import "syscall"

// goesOn lets a program go on that was stopped; signal(7).
const goesOn = syscall.SIGCONT
