package image

import (
	"slices"
	"time"
)

// Image is an image whose root filesystem lies unpacked in the store.
type Image struct {
	// Ref is what the image is called: a full registry reference
	// ("docker.io/library/alpine:latest"), or the path it was read from.
	Ref string
	// Digest names its content: of the manifest for this platform; of the
	// config for a docker save tar, which has none; of the file for a tar.
	Digest string
	// Root is the unpacked root, an absolute path. Never write to it.
	Root   string
	Config Config
	Size   int64     // contents of the root's files, in bytes
	Stored int64     // what the registry sent and the store keeps, in bytes
	Pulled time.Time // when the reference was last looked up at its source
	// Notes are sentences on what could not be unpacked as the image has it:
	// owners for an ordinary user, some extended attributes.
	Notes []string
}

// Config is what an image says of the command to be run in it. All of it was
// written by a stranger; clean it before it reaches a terminal.
type Config struct {
	Env        []string `json:"env,omitempty"` // "NAME=value"
	Entrypoint []string `json:"entrypoint,omitempty"`
	Cmd        []string `json:"cmd,omitempty"`
	WorkingDir string   `json:"workingDir,omitempty"`
	User       string   `json:"user,omitempty"` // "user", "uid", "user:group" …, resolved inside
}

// Command returns what is run: the entrypoint with the given arguments, or
// with the image's own if there are none.
func (c Config) Command(args []string) []string {
	if len(args) == 0 {
		args = c.Cmd
	}
	return slices.Concat(c.Entrypoint, args)
}

// Options change how a store works; the zero value is right for most.
type Options struct {
	// Limits are DefaultLimits when zero.
	Limits Limits
	// Anonymous leaves the user's docker and podman logins alone.
	Anonymous bool
}

// Removed says what a removal has freed.
type Removed struct {
	Images []string // references
	Roots  int
	Blobs  int
	Bytes  int64 // of files and blobs
}
