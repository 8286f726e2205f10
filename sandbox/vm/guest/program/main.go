//go:build linux

// Command program is the first process of tentpole's virtual machine, in one
// small static program. `make` embeds it.
package main

import "github.com/tentpole-labs/tentpole/sandbox/vm/guest"

func main() { guest.Main() }
