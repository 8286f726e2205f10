// Package takeover makes a process that is the first of a virtual machine, under
// the name of tentpole's init there, be that init. Only a plain `go build` needs
// it: `make` embeds a program.
package takeover

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
)

func init() {
	if os.Getpid() == 1 && len(os.Args) > 0 && os.Args[0] == guest.Init {
		guest.Main()
	}
}
