//go:build smallinit

package userland

import _ "embed"

// embedded is the program of the tiny root, built by `make`.
//
//go:embed userland_amd64.bin
var embedded []byte
