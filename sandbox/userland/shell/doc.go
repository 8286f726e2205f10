// Package shell is the shell of the tiny root: mvdan.cc/sh interprets, and
// what a person at a terminal expects beside that is here, a file each: reading
// lines (editor.go), history, completion, the prompt, jobs, signals.
//
// Commands are processes of their own, started from PATH. With a terminal each
// pipeline is a process group in its foreground, so Ctrl-C and Ctrl-Z reach the
// commands and not the shell; setpgid(2), tcsetpgrp(3), POSIX.1-2024, 2.11.
//
// The interpreter has no processes of its own: subshells and what runs in the
// background are goroutines. Before a script runs, rewrite.go therefore turns
// `command &` into what gives it a job with a process, so that $!, kill, wait,
// jobs, fg and bg mean what they mean elsewhere. Do not run scripts with it that
// depend on file descriptors above 2, on real subshells ($$ aside), or on
// traps running at once: a trap runs before the next command.
//
// Errors are lines on standard error that begin with `sh:`, with the exit
// statuses of POSIX: 126 and 127 for what cannot be run, 128 and the signal's
// number for what a signal ended, 2 for a syntax error.
package shell
