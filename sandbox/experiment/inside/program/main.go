//go:build linux

// Command program is what experiments do inside, in one small static program.
// `make` embeds it.
package main

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

func main() { inside.Main(os.Args[1:]) }
