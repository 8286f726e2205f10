package sandbox

// HostCommand is what to start on the host, beside the sandboxes: a shell of
// the learner's own, to look from outside.
type HostCommand struct {
	// Args are the program, as a path, and its arguments. Args[0] is also its name.
	Args []string
	// Env is the whole environment.
	Env []string
	// Dir is the directory to start in.
	Dir string
	// Terminal is the size of its terminal.
	Terminal Size
}
