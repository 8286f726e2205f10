package sandbox

import (
	"fmt"
	"strings"
)

// RootKind is what a sandbox has for a root directory.
type RootKind string

const (
	// RootHost is the host's own root, shared.
	RootHost RootKind = "host"
	// RootOverlay shows the host's root and catches what is written in an
	// upper directory of the sandbox's own.
	RootOverlay RootKind = "overlay"
)

// ParseRoot finds a kind of root by its word; "" is "".
func ParseRoot(word string) (RootKind, error) {
	switch k := RootKind(word); k {
	case "", RootHost, RootOverlay:
		return k, nil
	}
	return "", &UsageError{What: "root", Word: word, Known: []string{string(RootHost), string(RootOverlay)}}
}

// Spec is what is asked for. It is plain data; two specs that ask for the
// same are equal with ==. Nothing in it depends on the machine.
type Spec struct {
	// Layers are the layers asked for; a plan may add those they imply.
	Layers LayerSet `json:"layers"`
	// Root is host when empty, or overlay when Layers has root.
	Root RootKind `json:"root,omitempty"`
	// Hostname implies the layer uts.
	Hostname string `json:"hostname,omitempty"`
	// Name is the sandbox's name; one is made up when it is empty.
	Name string `json:"name,omitempty"`
}

// hostnameLimit is the kernel's __NEW_UTS_LEN, in bytes; uname(2).
const hostnameLimit = 64

// Validate tells what in the spec no machine could do.
func (s Spec) Validate() error {
	if _, err := ParseRoot(string(s.Root)); err != nil {
		return err
	}
	if s.Layers.Has(Root) && s.Root == RootHost {
		return &UsageError{What: "root", Word: "host", Why: "the layer root means a root of its own: ask for --root overlay, or leave the layer out"}
	}
	if len(s.Hostname) > hostnameLimit || strings.ContainsFunc(s.Hostname, func(r rune) bool { return r < '!' || r > '~' }) {
		return &UsageError{What: "hostname", Word: s.Hostname, Why: fmt.Sprintf("it must be at most %d plain ASCII characters without spaces", hostnameLimit)}
	}
	if strings.ContainsFunc(s.Name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}) || len(s.Name) > 48 {
		return &UsageError{What: "name", Word: s.Name, Why: "it must be at most 48 letters, digits, - and _"}
	}
	return nil
}
