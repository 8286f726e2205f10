//go:build !linux || !smallinit || !amd64

package vm

// embedded is empty in a plain `go build`: this program's own binary is the
// machine's init.
var embedded []byte
