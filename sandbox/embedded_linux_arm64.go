//go:build smallinit

package sandbox

import _ "embed"

// embedded is the small program for inits, built by `make`.
//
//go:embed init_arm64.bin
var embedded []byte
