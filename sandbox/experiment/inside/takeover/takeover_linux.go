// Package takeover makes a process that is started under the name of the acts'
// program run an act, before the rest of the program is initialised. Only a
// plain `go build` needs it: `make` embeds the program.
package takeover

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func init() {
	if len(os.Args) > 0 && os.Args[0] == inside.Name {
		inside.Main(os.Args[1:])
	}
}
