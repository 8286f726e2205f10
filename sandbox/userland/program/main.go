//go:build linux

// Command program is all the commands of the tiny root in one small static
// program. `make` embeds it. It runs the command it is named after.
package main

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/userland/applet"
)

func main() { os.Exit(applet.Main(os.Args)) }
