package features

import "context"

// Engine starts sandboxes. Package sandbox is one; it is declared here because
// that package imports this one.
type Engine interface {
	// Raise starts a sandbox with these layers and this root ("host",
	// "overlay", "tiny"), has a process run in it, and takes it down again.
	// A refusal of the kernel's is a *RefusedError, or a *NotSupportedError.
	Raise(ctx context.Context, layers []string, root string) error
	// StateDir is where sandboxes keep what they write.
	StateDir() (string, error)
	// Own makes of a name one that says that it is the calling process's. What
	// carries it in the directory "sandboxes" of StateDir, or as a cgroup after
	// "tentpole-", is removed by a later start if this process is killed.
	Own(name string) string
}
