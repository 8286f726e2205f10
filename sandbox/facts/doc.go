// Package facts reads what is true of a process right now, and compares two
// processes into a board: host and sandbox side by side, one word a row.
//
// Any process will do: the command of a sandbox, the main process of a Docker
// container, the reader's own shell. Everything comes from /proc/PID and, for
// limits, from the mounted cgroup file systems. Nothing is started, entered
// or changed, but for three facts that /proc does not tell: [Facts.Hostname]
// and [Cgroup.Inside] have root's thread enter a namespace and ask,
// [Facts.Landlock] has one take on domains until the kernel refuses. Each of
// these threads is thrown away; the caller's own stay as they are.
//
// # When not to use it
//
// [Read] takes one look, file after file; it is no snapshot. A process that
// changes its credentials or namespaces during the look can be seen half way.
// It is a look at the main thread, too: capabilities, seccomp filters and
// no_new_privs belong to threads, and those of the others may differ. Do not
// base a permission decision on it. To follow usage (bytes used, time
// throttled), read the facts once and [Measure] from then on. Landlock rules
// are not here, only the number of domains: the kernel shows rules to nobody.
//
// # Strings
//
// Names, arguments, mount points and the like were chosen by the process
// looked at, and can hold escape sequences for the reader's terminal. [Facts]
// keeps them byte for byte so that they can be compared; [Compare] cleans what
// it puts on a [Board]; [Facts.Cleaned] does so for everything else that is
// shown or encoded.
//
// # Errors
//
// Read fails only when there is no process to read: the error is an [*Error],
// and when the process never was, has ended, or ended half way, errors.Is
// reports both fs.ErrNotExist and syscall.ESRCH. A single fact that the kernel
// withholds is not a failure: it is named in [Facts.Unreadable] with the
// reason, and its rows on the board say unknown. A done context gives the
// context's error. On other systems than Linux every read fails with
// errors.ErrUnsupported.
//
// The formats follow proc(5), namespaces(7), user_namespaces(7),
// time_namespaces(7), cgroups(7), capabilities(7), landlock(7) and the kernel's
// Documentation/filesystems/proc.rst and admin-guide/cgroup-v1 and -v2.
package facts
