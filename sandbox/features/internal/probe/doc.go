// Package probe tries single features of the kernel, in a process that is
// thrown away.
//
// An act is tried by doing it and by looking whether it had its effect: a
// kernel, or what stands in for one, may say yes and do nothing. Every act runs
// on a thread of its own, with namespaces of its own where it changes anything,
// and the thread ends with it: acts do not see each other, and nothing of them
// is ever seen outside. The process is this very program, taken over before it
// is initialised. One process tries many acts: starting it takes 3 ms, a
// typical act 0.1.
//
// Where a user may have no namespaces, the process is born in a user namespace,
// in which it is root.
//
// Use package features to ask what this machine can do: it says what an answer
// means and what can be done about it.
//
// A Report's error is *Error: what was tried, and the kernel's errno; Idle tells
// that the kernel agreed and did nothing. Run's own error says that the process
// came to no end: then the acts without a report have no answer.
//
// Sources: clone(2), unshare(2), user_namespaces(7) and what each file names.
package probe
