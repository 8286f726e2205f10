package fork

// Besides tells whether a child can have a child that makes calls beside it.
const Besides = true

// beside starts a process that shares memory and has a stack of its own.
//
//go:noescape
func beside(args *cloneArgs, size uintptr) (child, errno uintptr)
