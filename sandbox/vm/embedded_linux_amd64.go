//go:build smallinit

package vm

import _ "embed"

// embedded is the machine's init, built by `make`.
//
//go:embed guest_amd64.bin
var embedded []byte
