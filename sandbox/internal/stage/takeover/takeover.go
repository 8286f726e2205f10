// Package takeover turns a process into the init of a sandbox, or into the
// helper inside one, before the rest of the program is initialised.
//
// Go initialises packages in the order of their import paths as soon as what
// they import is ready. This package and all it imports need only the low part
// of the standard library, so its init runs long before those of the Markdown
// and terminal packages: a sandbox starts in a few milliseconds instead of
// twenty. It is apart from package stage so that stage's own initialisation
// has ended, and is seen in GODEBUG=inittrace=1, when the story begins.
package takeover
