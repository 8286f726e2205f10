package image

// Limits bound what an image may ask of this machine.
type Limits struct {
	Bytes    int64 // contents of all files of an image together, holes included
	File     int64 // contents of one file, holes included, in bytes
	Entries  int64 // entries of all layers together
	Ratio    int64 // bytes unpacked for each byte read, beyond the first RatioFree
	Path     int64 // length of a name or of a link's target, in bytes
	Depth    int64 // components of a name
	Xattr    int64 // names and values of one entry's extended attributes, in bytes
	Layers   int64 // layers of an image
	Document int64 // a manifest, an index or a config, in bytes
}

// RatioFree is how much may be unpacked before the ratio counts: small
// archives of empty files are no bombs.
const RatioFree = 64 << 20

// DefaultLimits are far above what images in use need: the largest ones have
// some 20 GB, 400,000 entries, 127 layers (Docker's own limit) and compress to
// a tenth.
func DefaultLimits() Limits {
	return Limits{
		Bytes:    32 << 30,
		File:     8 << 30,
		Entries:  1 << 20,
		Ratio:    250,
		Path:     4095, // PATH_MAX without its NUL
		Depth:    256,
		Xattr:    64 << 10, // XATTR_SIZE_MAX
		Layers:   256,
		Document: 4 << 20, // what registries must take; distribution-spec
	}
}

// limitUnits say in an error what a limit counts.
var limitUnits = map[string]string{
	"bytes":    "bytes unpacked in all",
	"file":     "bytes in one file",
	"entries":  "entries",
	"ratio":    "times as much unpacked as was read",
	"path":     "bytes in a name",
	"depth":    "directories deep",
	"xattr":    "bytes of extended attributes",
	"layers":   "layers",
	"document": "bytes in a manifest or config",
}

// usage is what an image has asked for so far.
type usage struct {
	limits  Limits
	bytes   int64
	entries int64
}

// within returns a LimitError when n is more than a limit allows.
func within(limit string, n, most int64, entry string) error {
	if n > most {
		return &LimitError{Limit: limit, Max: most, Entry: entry}
	}
	return nil
}
