// Package search finds a file name on the host, and says why it is there.
//
// It answers the question every experiment with files ends in: something was
// created inside a sandbox, where does the host see it? [Find] looks for a
// base name on every local file system, as `find / -name X` does but several
// times faster, because it reads directories with getdents64(2) in parallel,
// never asks for the attributes of an entry that does not have the name, and
// knows mount points from /proc/self/mountinfo. [Explain] tells the file
// itself from its namesakes and gives each place a reason. [ViewHits] looks
// through /proc/PID/root for what no path of the host leads to.
// [ReadThrough] reads a file below a directory whose contents are hostile,
// without ever leaving that directory.
//
// Do not use it for patterns, for contents, or over a network: there is one
// exact name, no regular expression, and remote file systems are left out by
// design. Do not use the walk as a security boundary either: it reports what
// it saw, and the tree may have changed since.
//
// # Errors
//
// Every error names what was tried, on what, and wraps the kernel's errno, so
// errors.Is with [io/fs.ErrNotExist], [io/fs.ErrPermission] or a
// syscall.Errno works. A directory that may not be read is counted in
// [Result.Unreadable] and is not an error; one that vanished meanwhile is
// neither. When [Find] returns an error, its Result still holds what was found
// until then. On systems other than Linux everything that asks the kernel
// returns an error wrapping [errors.ErrUnsupported].
//
// # Names are bytes
//
// A name on Linux is any sequence of bytes but NUL and slash: newlines, escape
// sequences and invalid UTF-8 included. Paths in this package are those bytes.
// Whoever prints them filters them first.
//
// It follows getdents(2), openat2(2), statx(2), proc_pid_mountinfo(5) and the
// kernel's Documentation/filesystems/overlayfs.rst. openat2 asks for Linux 5.6.
package search
