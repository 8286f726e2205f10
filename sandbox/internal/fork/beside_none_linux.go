//go:build !amd64

package fork

import "golang.org/x/sys/unix"

// Besides tells whether a child can have a child that makes calls beside it.
const Besides = false

//go:nosplit
//go:norace
func beside(args *cloneArgs, size uintptr) (child, errno uintptr) { return 0, uintptr(unix.ENOSYS) }
