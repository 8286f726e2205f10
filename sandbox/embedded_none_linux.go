//go:build !smallinit || !(amd64 || arm64)

package sandbox

// embedded is empty in a plain `go build`: inits are started from this
// program's own binary.
var embedded []byte
