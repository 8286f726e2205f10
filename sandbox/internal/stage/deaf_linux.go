package stage

import "github.com/tentpole-labs/tentpole/sandbox/internal/fork"

// deafen has the kernel ignore what is meant for commands, behind the runtime's
// back: os/signal does it too late. Its goroutine may not have run when the first
// command sends one, and Go's own handler ends the process, even a PID 1 that the
// kernel would have spared.
//
// What tentpole was started with is of no interest to commands: a signal that is
// ignored here is not any more.
func deafen() {
	fork.Unignore()
	for _, s := range fork.Personal {
		fork.Ignore(s)
	}
}
