package sandbox

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Spec is what is asked for. It is plain data; Equal compares two of them.
// Nothing in it depends on the machine.
type Spec struct {
	// Layers are the layers asked for; a plan may add those they imply.
	Layers LayerSet `json:"layers"`
	// Partial leaves out layers that this machine cannot raise, and lists them
	// in Plan.Missing; otherwise they are an error.
	Partial bool `json:"partial,omitempty"`

	// Root is host when empty, or overlay when Layers has root.
	Root RootKind `json:"root,omitempty"`
	// Source is the directory, tar or image for a Root of that kind.
	Source string `json:"source,omitempty"`
	// Unpacked is the directory that an image was unpacked to; Unpack finds it.
	Unpacked string `json:"unpacked,omitempty"`
	// ReadOnly has nothing written to the root; volumes and tmpfs still are.
	ReadOnly bool `json:"read_only,omitempty"`
	// Upper is where what is written to the root lands: on disk, in the state
	// directory, or in memory, on a tmpfs.
	Upper UpperKind `json:"upper,omitempty"`
	// Volumes show directories of the host's inside, Tmpfs empty ones.
	Volumes []Volume `json:"volumes,omitempty"`
	Tmpfs   []Tmpfs  `json:"tmpfs,omitempty"`

	// Network is what the network namespace is connected to; "" is none with
	// the layer net, and the host's own network without it.
	Network network.Kind `json:"network,omitempty"`
	// Publish are ports inside that the host listens for; they imply net.
	Publish []network.Port `json:"publish,omitempty"`
	// Join takes namespaces of other sandboxes instead of new ones.
	Join []Join `json:"join,omitempty"`

	// Hostname implies the layer uts.
	Hostname string `json:"hostname,omitempty"`
	// Limits imply their layers. A layer without a value has DefaultLimits.
	Limits cgroup.Limits `json:"limits,omitzero"`
	// Terminals is how many there can be in its /dev/pts at a time; 0 for as many as
	// the kernel has. Only root can limit them, in a user namespace with a root of
	// the sandbox's own.
	Terminals int `json:"terminals,omitempty"`
	// Capabilities are those kept, by name; nil with the layer capabilities
	// means DefaultCapabilities, empty none at all.
	Capabilities []string `json:"capabilities,omitzero"`
	// Calls say which system calls are left.
	Calls CallRules `json:"calls,omitzero"`
	// Access says what Landlock allows; zero with the layer means DefaultAccess.
	Access Access `json:"access,omitzero"`

	// Name is the sandbox's name; one is made up when it is empty.
	Name string `json:"name,omitempty"`
}

// Equal tells whether both ask for the same.
func (s Spec) Equal(o Spec) bool { return reflect.DeepEqual(s, o) }

// UpperKind is where what is written to a root of the sandbox's own lands.
type UpperKind string

const (
	// UpperDisk is a directory in the state directory.
	UpperDisk UpperKind = "disk"
	// UpperMemory is a tmpfs of the sandbox's own: faster, and nothing of it
	// can be found on the host's disk.
	UpperMemory UpperKind = "tmpfs"
)

// Volume shows a file or directory of the host's inside.
type Volume struct {
	Source   string `json:"source"` // absolute, on the host
	Target   string `json:"target"` // absolute, inside
	ReadOnly bool   `json:"read_only,omitempty"`
}

// ParseVolume reads SOURCE:TARGET or SOURCE:TARGET:ro.
func ParseVolume(word string) (Volume, error) {
	parts := strings.Split(word, ":")
	bad := func(why string) (Volume, error) {
		return Volume{}, &UsageError{What: "volume", Word: word, Why: why}
	}
	if len(parts) == 3 && parts[2] != "ro" && parts[2] != "rw" || len(parts) < 2 || len(parts) > 3 {
		return bad("it is SOURCE:TARGET, or SOURCE:TARGET:ro to read only")
	}
	v := Volume{Source: parts[0], Target: parts[1], ReadOnly: len(parts) == 3 && parts[2] == "ro"}
	if err := v.check(); err != "" {
		return bad(err)
	}
	return v, nil
}

func (v Volume) check() string {
	if !plainPath(v.Source) || !plainPath(v.Target) {
		return "both must be absolute paths without . and .."
	}
	return checkTarget(v.Target)
}

// plainPath tells whether p is absolute and as short as it can be.
func plainPath(p string) bool { return path.IsAbs(p) && path.Clean(p) == p }

// checkTarget tells what is wrong with a place to mount at inside.
func checkTarget(target string) string {
	switch {
	case target == "/":
		return "the root itself is a matter of --root"
	case slices.Contains([]string{"/proc", "/sys", "/dev"}, target):
		return target + " is made by tentpole itself"
	}
	return ""
}

// Tmpfs is an empty directory in memory.
type Tmpfs struct {
	Target string `json:"target"`
	Size   int64  `json:"size,omitempty"` // in bytes; 0 means DefaultTmpfsSize
}

// DefaultTmpfsSize bounds a tmpfs without a size of its own, in bytes.
const DefaultTmpfsSize = 64 << 20

// ParseTmpfs reads TARGET or TARGET:SIZE.
func ParseTmpfs(word string) (Tmpfs, error) {
	target, size, given := strings.Cut(word, ":")
	t := Tmpfs{Target: target}
	if given {
		var err error
		if t.Size, err = cgroup.ParseBytes("size", strings.TrimPrefix(size, "size=")); err != nil {
			return t, usageOf("tmpfs", word, err)
		}
	}
	if why := t.check(); why != "" {
		return t, &UsageError{What: "tmpfs", Word: word, Why: why}
	}
	return t, nil
}

func (t Tmpfs) check() string {
	if !plainPath(t.Target) {
		return "it must be an absolute path without . and .."
	}
	return checkTarget(t.Target)
}

// usageOf makes the complaint of a parser a usage error.
func usageOf(what, word string, err error) error {
	return &UsageError{What: what, Word: word, Why: err.Error()}
}

// hostnameLimit is the kernel's __NEW_UTS_LEN, in bytes; uname(2).
const hostnameLimit = 64

// Validate tells what in the spec no machine could do.
func (s Spec) Validate() error {
	for _, check := range []func() error{
		s.checkRoot, s.checkNames, s.checkNetwork, s.checkPlaces, s.checkLimits, s.checkCapabilities, s.Calls.check, s.Access.check,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Spec) checkNames() error {
	if len(s.Hostname) > hostnameLimit || strings.ContainsFunc(s.Hostname, func(r rune) bool { return r < '!' || r > '~' }) {
		return &UsageError{What: "hostname", Word: s.Hostname, Why: fmt.Sprintf("it must be at most %d plain ASCII characters without spaces", hostnameLimit)}
	}
	if len(s.Name) > 48 || strings.ContainsFunc(s.Name, notInName) {
		return &UsageError{What: "name", Word: s.Name, Why: "it must be at most 48 letters, digits, - and _"}
	}
	return nil
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

func (s Spec) checkPlaces() error {
	var targets []string
	for _, v := range s.Volumes {
		if why := v.check(); why != "" {
			return &UsageError{What: "volume", Word: v.Source + ":" + v.Target, Why: why}
		}
		targets = append(targets, v.Target)
	}
	for _, t := range s.Tmpfs {
		if why := t.check(); why != "" {
			return &UsageError{What: "tmpfs", Word: t.Target, Why: why}
		}
		targets = append(targets, t.Target)
	}
	slices.Sort(targets)
	for i := 1; i < len(targets); i++ {
		if targets[i] == targets[i-1] {
			return &UsageError{What: "target", Word: targets[i], Why: "it is given twice"}
		}
	}
	if s.Upper != "" && s.Upper != UpperDisk && s.Upper != UpperMemory {
		return &UsageError{What: "upper", Word: string(s.Upper), Known: []string{string(UpperDisk), string(UpperMemory)}}
	}
	return nil
}

func (s Spec) checkLimits() error {
	if err := s.Limits.Check(); err != nil {
		return &UsageError{What: "limits", Word: err.Error(), Why: "no kernel takes that"}
	}
	return nil
}
