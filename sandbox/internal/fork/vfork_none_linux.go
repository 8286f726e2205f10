//go:build !(amd64 || arm64)

package fork

import "syscall"

// sharing is nothing where there is no vfork.
const sharing = 0

//go:nosplit
//go:norace
func vfork(trap, a1, a2, a3 uintptr) (child, errno uintptr) {
	child, _, e := syscall.RawSyscall(trap, a1, a2, a3)
	return child, uintptr(e)
}
