// Package lessons reads the course: it parses a lesson, checks it, walks
// through it, and keeps a learner's progress on disk.
//
// A lesson is a Markdown file that reads well on its own; FORMAT.md beside
// this file is the description of format 1. [Load] and [LoadAll] turn files
// into a [Lesson] and a [Course]; [Lesson.Lint] says where a correct lesson
// breaks the rules of the course; [Walk] is one play through a lesson;
// [Store] keeps [Progress].
//
// Do not use it to run anything. It knows no kernel and no screen and imports
// nothing else of this module: names of layers and experiments come in as
// [Known], what is true of a process comes in as [Env]. Package lessons/play
// binds both to the engine.
//
// # Errors
//
// Everything wrong with a lesson comes back at once as [Errors], one [Error]
// per place, each with file, line, column and, where there is one, a remedy.
// A file that cannot be read gives an error that wraps the one of fs.FS.
// Loading is bounded (see the Max constants), so that a lesson from a
// stranger can be loaded. Conditions are compiled when the lesson is loaded;
// evaluating one is bounded as well, returns errors and never panics.
//
// Errors of [Store] name the file and wrap the error of the operating system,
// so errors.Is(err, syscall.ENOSPC) works. See also [ErrBusy], [ErrNewer] and
// [CorruptError].
//
// Goroutines: a loaded Lesson is never changed and may be shared. A Walk
// belongs to one goroutine. A Store may be used by many, in many processes.
package lessons
