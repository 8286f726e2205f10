//go:build amd64 || arm64

package fork

import "golang.org/x/sys/unix"

// sharing has the child use its parent's memory, which waits meanwhile: copying
// the page tables of a Go program takes longer than all else (vfork(2)).
const sharing = unix.CLONE_VM | unix.CLONE_VFORK

// vfork makes a system call that starts a process.
//
//go:noescape
func vfork(trap, a1, a2, a3 uintptr) (child, errno uintptr)
