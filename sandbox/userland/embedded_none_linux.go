//go:build !smallinit || !(amd64 || arm64)

package userland

// In a plain `go build` the binary that is running holds the commands.
import _ "github.com/tentpole-labs/tentpole/sandbox/userland/takeover"

var embedded []byte
