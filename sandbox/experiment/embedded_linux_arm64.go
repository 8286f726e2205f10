//go:build smallinit

package experiment

import _ "embed"

// embedded is the program of the acts, built by `make`.
//
//go:embed inside_arm64.bin
var embedded []byte

// embeddedDatabase is the program of the database, built by `make`.
//
//go:embed database_arm64.bin
var embeddedDatabase []byte
