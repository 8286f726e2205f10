package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Layer is one thing the kernel does to a process, by its word.
type Layer string

// The layers.
const (
	Mount  Layer = "mount"
	Root   Layer = "root"
	UTS    Layer = "uts"
	IPC    Layer = "ipc"
	PID    Layer = "pid"
	Net    Layer = "net"
	User   Layer = "user"
	Time   Layer = "time"
	Cgroup Layer = "cgroup"

	Memory Layer = "memory"
	CPU    Layer = "cpu"
	PIDs   Layer = "pids"
	IO     Layer = "io"

	Capabilities Layer = "capabilities"
	NoNewPrivs   Layer = "no-new-privs"
	Seccomp      Layer = "seccomp"
	Landlock     Layer = "landlock"
	Masks        Layer = "masks"
)

// Family says what a layer governs: what a process can see, what it can use,
// what it may do.
type Family string

const (
	See Family = "see"
	Use Family = "use"
	Do  Family = "do"
)

// LayerInfo is one row of the table of layers, which code, screens, docs and
// tests read.
type LayerInfo struct {
	Name   Layer
	Family Family
	// Namespace is the name under /proc/PID/ns, "" when the layer is none.
	Namespace string
	// What says in a few words what becomes the process's own.
	What string
	// Man is the manual page that tells the rest.
	Man string
	// Pole is where the layer stands in the drawing of the tent.
	Pole string
	bit  LayerSet
}

// layers are in the order of the ladder.
var layers = []LayerInfo{
	{Name: Mount, Family: See, Namespace: "mnt", What: "its own table of mounts", Man: "mount_namespaces(7)", Pole: "canvas"},
	{Name: Root, Family: See, What: "its own root directory", Man: "pivot_root(2)", Pole: "canvas"},
	{Name: UTS, Family: See, Namespace: "uts", What: "its own host name", Man: "uts_namespaces(7)", Pole: "flag"},
	{Name: IPC, Family: See, Namespace: "ipc", What: "its own System V and POSIX message queues", Man: "ipc_namespaces(7)", Pole: "behind the canvas"},
	{Name: PID, Family: See, Namespace: "pid", What: "its own process numbers", Man: "pid_namespaces(7)", Pole: "behind the canvas"},
	{Name: Net, Family: See, Namespace: "net", What: "its own interfaces, addresses and ports", Man: "network_namespaces(7)", Pole: "door"},
	{Name: User, Family: Do, Namespace: "user", What: "its own user and group ids", Man: "user_namespaces(7)", Pole: "peg"},
	{Name: Time, Family: See, Namespace: "time", What: "its own boot clock", Man: "time_namespaces(7)", Pole: "behind the canvas"},
	{Name: Memory, Family: Use, What: "a limit on memory", Man: "cgroups(7)", Pole: "guy line"},
	{Name: Cgroup, Family: See, Namespace: "cgroup", What: "its own root of the cgroup tree", Man: "cgroup_namespaces(7)", Pole: "guy line"},
	{Name: CPU, Family: Use, What: "a limit on processor time", Man: "cgroups(7)", Pole: "guy line"},
	{Name: PIDs, Family: Use, What: "a limit on the number of processes", Man: "cgroups(7)", Pole: "guy line"},
	{Name: IO, Family: Use, What: "a limit on reading from and writing to disks", Man: "cgroups(7)", Pole: "guy line"},
	{Name: Capabilities, Family: Do, What: "fewer of root's rights", Man: "capabilities(7)", Pole: "peg"},
	{Name: NoNewPrivs, Family: Do, What: "no more rights by executing a program", Man: "prctl(2)", Pole: "peg"},
	{Name: Seccomp, Family: Do, What: "fewer system calls", Man: "seccomp(2)", Pole: "zip"},
	{Name: Landlock, Family: Do, What: "rules of its own for files and ports", Man: "landlock(7)", Pole: "zip"},
	{Name: Masks, Family: Do, What: "covers over files that tell about or steer the machine", Man: "proc(5)", Pole: "shade"},
}

func init() {
	for i := range layers {
		layers[i].bit = 1 << i
	}
}

// Layers returns the table, in the order of the ladder.
func Layers() []LayerInfo { return slices.Clone(layers) }

// Info returns the layer's row. The layer must be one of the table.
func (l Layer) Info() LayerInfo {
	for _, row := range layers {
		if row.Name == l {
			return row
		}
	}
	return LayerInfo{Name: l}
}

// ParseLayer finds a layer by its word.
func ParseLayer(word string) (Layer, error) {
	for _, row := range layers {
		if string(row.Name) == word {
			return row.Name, nil
		}
	}
	names := make([]string, len(layers))
	for i, row := range layers {
		names[i] = string(row.Name)
	}
	return "", &UsageError{What: "layer", Word: word, Known: names}
}

// LayerSet is a set of layers. Sets compare with ==.
type LayerSet uint32

// Set makes a set of the given layers.
func Set(ls ...Layer) LayerSet {
	var s LayerSet
	for _, l := range ls {
		s |= l.Info().bit
	}
	return s
}

// ParseLayers reads a list such as "mount,pid".
func ParseLayers(list string) (LayerSet, error) {
	var s LayerSet
	for _, word := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		l, err := ParseLayer(word)
		if err != nil {
			return 0, err
		}
		s = s.With(l)
	}
	return s, nil
}

// Has tells whether the layer is in the set.
func (s LayerSet) Has(l Layer) bool { return s&l.Info().bit != 0 && l.Info().bit != 0 }

// With returns the set and the layers.
func (s LayerSet) With(ls ...Layer) LayerSet { return s | Set(ls...) }

// Without returns the set less the layers.
func (s LayerSet) Without(ls ...Layer) LayerSet { return s &^ Set(ls...) }

// Len is the number of layers in the set.
func (s LayerSet) Len() int { return len(s.List()) }

// List returns the layers in the order of the ladder.
func (s LayerSet) List() []Layer {
	list := []Layer{}
	for _, row := range layers {
		if s&row.bit != 0 {
			list = append(list, row.Name)
		}
	}
	return list
}

// Words returns the layers' words in the order of the ladder.
func (s LayerSet) Words() []string {
	words := []string{}
	for _, l := range s.List() {
		words = append(words, string(l))
	}
	return words
}

func (s LayerSet) String() string { return strings.Join(s.Words(), ",") }

// MarshalJSON writes the words as a list.
func (s LayerSet) MarshalJSON() ([]byte, error) { return json.Marshal(s.Words()) }

// UnmarshalJSON reads a list of words.
func (s *LayerSet) UnmarshalJSON(b []byte) error {
	var words []string
	if err := json.Unmarshal(b, &words); err != nil {
		return fmt.Errorf("layers: %w", err)
	}
	set, err := ParseLayers(strings.Join(words, ","))
	if err == nil {
		*s = set
	}
	return err
}
