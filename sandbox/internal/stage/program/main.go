// Command program is a sandbox's init and helper, and nothing else: what
// package takeover does, in a binary of two megabytes. `make` embeds it, so
// that a sandbox starts without mapping the Markdown and terminal packages,
// and so that the binary reachable from inside is never tentpole's own.
package main

import (
	"fmt"
	"os"

	_ "github.com/tentpole-labs/tentpole/sandbox/internal/stage/takeover" // never returns when it is wanted
)

func main() {
	fmt.Fprintln(os.Stderr, "this program is started by tentpole only")
	os.Exit(2)
}
