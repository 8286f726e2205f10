// Package play plays a lesson: it binds the walk through a lesson to the
// engine that starts sandboxes, runs experiments and reads facts. The full
// screen, plain mode and the lesson test all drive the same [Session].
//
// A Session has two halves. The walk ([lessons.Walk]) is state: it never waits
// and belongs to one goroutine. The [Player] is effects: it holds at most one
// sandbox, everything it does takes a context, and its methods may be called
// from any goroutine; one waits for the other. What a Player measured goes back
// into the walk through [Session.Took].
//
// [Plain] plays a whole lesson as numbered prompts on plain lines.
//
// Do not use it to run a single experiment or sandbox: packages sandbox and
// sandbox/experiment do that without a lesson. It knows no screen.
//
// # Errors
//
// Errors come from the engine unchanged, so errors.Is finds the kernel's errno
// in them, and [NotHere] tells those that say this machine cannot, which a
// lesson survives. A done context gives the context's error. On systems other
// than Linux the engine answers features.ErrNotSupported, and lessons can still
// be read.
package play
