// Package takeover turns a process into a command of the tiny root, before
// main, when it was started from there. It is linked where no small program is
// embedded, and only there: with it come the shell and all commands.
//
// A name alone is not enough: somebody may call a binary `test`. The file that
// runs must be the tiny root's.
package takeover
