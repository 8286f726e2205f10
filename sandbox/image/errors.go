package image

import (
	"fmt"
	"strings"
	"syscall"
)

// EntryError is an entry of an archive that is refused, and the archive with
// it. Entry is as the archive spells it; Error quotes it, since it may hold
// anything.
type EntryError struct {
	Entry string
	Why   string
}

func (e *EntryError) Error() string {
	return fmt.Sprintf("refused: entry %q %s", e.Entry, e.Why)
}

// DigestError is content that is not what its digest promises.
type DigestError struct {
	What string // what was read: "layer", "config", "unpacked layer"
	Want string // the digest it was asked for by: "sha256:…"
	Got  string // the digest it has, or "more than 123 bytes"
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("refused: %s %s is corrupt: what came is %s; try once more, then tell whoever made the image", e.What, e.Want, e.Got)
}

// LimitError is an archive that is larger than [Limits] allow.
type LimitError struct {
	Limit string // which: "bytes", "entries", "ratio", …
	Max   int64  // its value, in the limit's unit
	Entry string // where it was passed; empty when not in an entry
}

func (e *LimitError) Error() string {
	at := ""
	if e.Entry != "" {
		at = fmt.Sprintf(" at entry %q", e.Entry)
	}
	return fmt.Sprintf("refused%s: more than %d %s", at, e.Max, limitUnits[e.Limit])
}

// PlatformError is an image that is not made for this machine.
type PlatformError struct {
	Want string   // "linux/amd64"
	Have []string // what the image is made for
}

func (e *PlatformError) Error() string {
	return fmt.Sprintf("the image is not made for %s, only for %s", e.Want, strings.Join(e.Have, ", "))
}

// WordError is a word that names no image.
type WordError struct {
	Word string
	Why  string
}

func (e *WordError) Error() string { return fmt.Sprintf("image %q: %s", e.Word, e.Why) }

// InUseError is an image that a sandbox runs on. It wraps EBUSY.
type InUseError struct{ Ref string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("remove image %s: a sandbox runs on it; end that first", e.Ref)
}

func (e *InUseError) Unwrap() error { return syscall.EBUSY }
