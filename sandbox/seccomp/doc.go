// Package seccomp turns a policy on system calls into a filter for seccomp(2):
// which calls a process may make, which are refused, and which depend on their
// arguments.
//
// A [Policy] is plain data. It comes from [Docker] (the default profile of
// github.com/moby/profiles/seccomp), from [Deny] or [Allow] and a list of
// names, or from a profile in JSON ([Read]); [Policy.Deny] and [Policy.Allow]
// change one. [Compile] makes a [Program] of classic BPF for one architecture:
// a balanced tree over ranges of call numbers. [Policy.Decide] gives the
// policy's own answer to one call without any BPF, [Policy.Calls] the whole
// list for people to read, and [Policy.OCI] the same policy for another
// runtime.
//
// Nothing here asks or changes a kernel. Docker's profile can be had on Linux
// only, where its module has it.
// Whoever loads a program sets no_new_privs first or holds CAP_SYS_ADMIN,
// does it on the thread that will exec, and as the last thing before that:
// every call after it, execve(2) included, is already judged.
//
// # When not to use it
//
// A filter sees a call's number and six registers. It cannot follow pointers,
// so a path, a socket address or the flags of clone3(2) are out of its reach:
// take Landlock, a namespace or a capability for those. It sees 64 bits where
// the kernel may take 32: see [Docker] for what that means to a rule on
// socket(2). A list of what is refused ages badly, since new kernels bring new
// calls; io_uring does by itself what many calls do. There is no supervisor
// to ask (SECCOMP_RET_USER_NOTIF): profiles that want one are refused.
//
// # Other architectures
//
// A program answers for the calls of one architecture. A process can make those
// of another by int 0x80 on amd64, or by being a 32-bit program; there the same
// numbers mean other calls. It is killed, all its threads, with SIGSYS. So does
// libseccomp, and with it runc, for an architecture that is not on the list of
// the profile (one thread there). An error number would not do: a program
// whose every call fails cannot even exit. On amd64 the same holds for the x32
// calls (bit 0x40000000), except for number -1, by which a tracer skips a call.
// Docker lists i386 and x32 as well and filters them by the same names: what
// runs there and is an i386 program does not run here.
//
// # Errors
//
// A name that the architecture does not have is an [*UnknownCallError], an
// architecture without a table an [*ArchError] (errors.Is finds
// errors.ErrUnsupported), a rule that cannot be a [*RuleError], a program
// of more than [MaxInstructions] instructions a [*TooLongError], and what is
// read without a profile in it [ErrNoProfile]. Text that is no JSON gives the
// error of encoding/json. With an error comes no half of a policy.
//
// # Sources
//
// seccomp(2), seccomp_rule_add(3), seccomp_attr_set(3), the kernel's
// Documentation/userspace-api/seccomp_filter.rst and kernel/seccomp.c, the
// section on seccomp of the OCI runtime specification, and runc's
// libcontainer/seccomp where the specification leaves things open. The table
// of calls is generated from golang.org/x/sys/unix.
package seccomp

//go:generate go run generate.go
