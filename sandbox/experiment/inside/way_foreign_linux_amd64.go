package inside

import (
	"os"

	"golang.org/x/sys/unix"
)

// Ways that only this architecture has.
func init() {
	wayOut("32-bit-calls", func(a *attempt) error { return a.apart("32-bit-calls/call", nil) })
	wayOut("32-bit-calls/call", func(*attempt) error {
		undumpable()
		const getpid = 20 // of the 32-bit table; asm/unistd_32.h
		if int80(getpid) != int32(os.Getpid()) {
			return missing("the 32-bit table does not answer")
		}
		return nil
	})
	wayOut("x32-calls", func(a *attempt) error { return a.apart("x32-calls/call", nil) })
	wayOut("x32-calls/call", func(*attempt) error {
		undumpable()
		const x32 = 0x40000000 // __X32_SYSCALL_BIT
		_, _, errno := unix.Syscall(x32|unix.SYS_GETPID, 0, 0, 0)
		return refused("getpid of x32", errno)
	})
	wayOut("io-ports", func(a *attempt) error { return a.apart("io-ports/ask", nil) })
	wayOut("io-ports/ask", ioPorts)
}

// undumpable has the kernel write no core when it ends the process; core(5).
func undumpable() { unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }

// int80 makes a system call without arguments by the 32-bit way, and returns
// what the kernel leaves in EAX.
func int80(number int32) int32

// ioPorts asks to use the port that does nothing; ioperm(2). A process of its
// own does it, which uses none and ends then.
func ioPorts(*attempt) error {
	const diagnostic = 0x80
	_, _, errno := unix.Syscall(unix.SYS_IOPERM, diagnostic, 1, 1)
	return refused("ioperm", errno)
}
