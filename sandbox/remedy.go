package sandbox

import (
	"errors"
	"strings"
	"syscall"
)

// remedies say what a person can do, by the first word of the operation and
// the kernel's answer. The first row that fits is taken.
var remedies = []struct {
	operation string
	errno     syscall.Errno
	say       string
}{
	{"clone", syscall.EPERM, "this user may not make these namespaces: `tentpole doctor` says what is missing"},
	{"clone", syscall.ENOSPC, "a limit on namespaces is reached (user.max_*_namespaces): end other sandboxes, or ask the administrator to raise it"},
	{"clone", syscall.EINVAL, "this kernel lacks one of these namespaces: `tentpole doctor` says which"},
	{"clone", syscall.EAGAIN, "the limit on processes of this user is reached (ulimit -u): end some"},
	{"build", syscall.EINVAL, "the state directory may lie on a file system that cannot hold an upper directory: point XDG_STATE_HOME to another one"},
	{"build", syscall.ENOSPC, "the disk under the state directory is full: free some space"},
	{"mount overlay", syscall.EINVAL, "overlay needs kernel 5.11 in a user namespace, and a state directory on a file system with user xattrs: point XDG_STATE_HOME to another one"},
	{"mount overlay", syscall.EPERM, "overlay in a user namespace needs kernel 5.11 or later"},
	{"mount proc", syscall.EPERM, "parts of this machine's /proc are masked, as in a container: run tentpole outside of it"},
	{"move_mount", syscall.EACCES, "root of the sandbox is nobody here, and cannot pass through a directory above the state directory: point XDG_STATE_HOME elsewhere"},
	{"setgroups", syscall.EPERM, "an ordinary user's sandbox has one user inside, its root: leave --user out, or run sudo tentpole"},
	{"setresgid", syscall.EINVAL, "there is no such id in the sandbox's map"},
	{"setresuid", syscall.EINVAL, "there is no such id in the sandbox's map"},
	{"find the mount point", syscall.ENOENT, "the sandbox has the host's root, where nothing is made: name a directory that is there, or give the sandbox a root of its own with --root overlay"},
	{"find the", syscall.ENOENT, "the sandbox's own /etc/passwd and /etc/group say who there is; a number need not be listed"},
	{"open_tree", syscall.ENOENT, "there is no such file or directory on the host: name one that is there, or make it"},
	{"write", syscall.ENOSPC, "the disk under the state directory is full: free some space"},
	{"mkdir", syscall.ENOSPC, "the disk under the state directory is full: free some space"},
	{"mkdir", syscall.EROFS, "the state directory is on a read-only file system: point XDG_STATE_HOME to a writable one"},
	{"mkdir", syscall.EACCES, "the state directory cannot be written: point XDG_STATE_HOME to one that can"},
}

func remedy(operation string, err error) string {
	for _, r := range remedies {
		if strings.HasPrefix(operation, r.operation) && errors.Is(err, r.errno) {
			return r.say
		}
	}
	return "`tentpole doctor` tells what this machine can do"
}
