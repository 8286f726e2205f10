// Package applet holds the commands of the tiny root: ls, ps, ip and the rest,
// each a function in a file of its own, all in one program that goes by the
// name it is started under.
//
// The commands take the options that people use while they learn, and say what
// GNU coreutils or busybox would say. They are no replacement for either: there
// are no locales, no long lists of options, and nothing is tuned for large
// input. Where github.com/u-root/u-root/pkg/core has a command that behaves
// (cp, touch, mktemp, base64), that one runs.
//
// Start-up decides what is imported: every command pays for the initialisation
// of all. HTTP is therefore spoken by hand (see http.go): net/http would add
// 4 MB and 0.3 ms to each of them.
//
// An error is one line on standard error, `NAME: what: why`, in the kernel's
// words, and exit status 1 (2 from grep and test, 126 and 127 from what starts
// others). What is printed to a terminal never acts on it: control characters
// in names of files, processes and mounts become `?`.
//
// The commands are for Linux; elsewhere the package is empty. They follow
// POSIX.1-2024 where it speaks, proc(5), mount(2), rtnetlink(7), icmp(7) and
// RFC 9112 where it does not.
package applet
