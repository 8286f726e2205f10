package sandbox

import (
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/image"
)

// RootKind is what a sandbox has for a root directory.
type RootKind string

const (
	// RootHost is the host's own root, shared.
	RootHost RootKind = "host"
	// RootOverlay shows the host's root and catches what is written in an
	// upper directory of the sandbox's own.
	RootOverlay RootKind = "overlay"
	// RootTiny is tentpole's own small root: a shell and everyday commands.
	RootTiny RootKind = "tiny"
	// RootDirectory is a directory of the host's, itself not changed.
	RootDirectory RootKind = "directory"
	// RootImage is what was unpacked from a tar or an OCI image.
	RootImage RootKind = "image"
)

// rootWords are the roots that have a word of their own.
var rootWords = []string{string(RootHost), string(RootOverlay), string(RootTiny)}

// ParseRoot finds the kind of a root by what a person writes: a word, a
// directory, a tar, or the name of an image. source is what the kind needs
// besides; "" is "". Files are looked at, registries are not asked.
func ParseRoot(word string) (kind RootKind, source string, err error) {
	switch k := RootKind(word); k {
	case "", RootHost, RootOverlay, RootTiny:
		return k, "", nil
	}
	if near := nearest(word, rootWords); near != "" && !strings.ContainsAny(word, "/:.") {
		return "", "", &UsageError{What: "root", Word: word, Known: rootWords}
	}
	found, err := image.Recognise(word)
	switch {
	case err != nil:
		return "", "", unpackError(word, err)
	case found.Kind == image.Directory:
		return RootDirectory, found.Path, nil
	}
	return RootImage, found.String(), nil
}

// Own tells whether the root is another than the host's.
func (k RootKind) Own() bool { return k != "" && k != RootHost }

// sourced tells whether a kind of root needs a source.
func (k RootKind) sourced() bool { return k == RootDirectory || k == RootImage }

func (s Spec) checkRoot() error {
	switch s.Root {
	case "", RootHost, RootOverlay, RootTiny, RootDirectory, RootImage:
	default:
		return &UsageError{What: "root", Word: string(s.Root), Known: rootWords}
	}
	if s.Layers.Has(Root) && s.Root == RootHost {
		return &UsageError{What: "root", Word: "host", Why: "the layer root means a root of its own: ask for --root overlay, or leave the layer out"}
	}
	if s.Root.sourced() != (s.Source != "") || s.Source != "" && strings.ContainsRune(s.Source, 0) {
		return &UsageError{What: "root", Word: string(s.Root), Why: "a directory or an image is named, and nothing else is"}
	}
	if s.ReadOnly && !s.Root.Own() && !s.Layers.Has(Root) {
		return &UsageError{What: "root", Word: "host", Why: "only a root of the sandbox's own can be read-only: ask for --root overlay"}
	}
	return nil
}
