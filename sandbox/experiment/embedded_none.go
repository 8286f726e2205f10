//go:build !linux || !smallinit || !(amd64 || arm64)

package experiment

// embedded is empty in a plain `go build`: acts are run by this program's own
// binary.
var embedded []byte

// embeddedDatabase is empty too: what needs it is n/a.
var embeddedDatabase []byte
