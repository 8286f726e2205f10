// Package features tells what this kernel, this user and this machine can do,
// by doing it, and what to do when it cannot.
//
// The error contract of every probe: only nil and ErrNotSupported are
// conclusive. ErrNotSupported means that this machine cannot and will not,
// unless something is changed; it comes as a *NotSupportedError with the
// kernel's own answer in it and with the remedy. Any other error means that the
// probe came to no end (the machine is out of memory, the context ended):
// neither yes nor no, and a Cache does not keep it.
//
// Probes act, and look whether that had its effect. They never compare
// versions, nor read a setting instead of trying: distributions move features
// between versions, and a user namespace may be there and be powerless.
// Versions and settings are read only afterwards, to explain a refusal.
//
// There is one probe for a feature and one table of them. Most act in a process
// that is thrown away (package probe), with namespaces of its own; some start a
// sandbox through an Engine; a few act in the calling process, on a cgroup, a
// process or a directory that they make and remove. Nothing of the host is
// changed; the kernel may load a module (overlay, bridge) that it would load for
// a sandbox. All of them together take some 80 ms.
//
// A remedy never proposes to switch off a protection of the whole machine.
//
// Do not use it to decide whether to try something: try, and let the error
// speak. Use it to tell a person beforehand.
package features
