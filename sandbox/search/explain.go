package search

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// How says by which way the host sees a file of the sandbox's.
type How string

const (
	// Same: the file itself, under the path it has inside, another name
	// (hard link) of it, or below the host directory that is the sandbox's root.
	Same How = "same"
	// Upper: in the host directory that catches an overlay's writes.
	Upper How = "upper"
	// Bind: through another mount of the same file system, the host's or the
	// sandbox's.
	Bind How = "bind"
	// ProcRoot: by no path of the host's own, only through /proc/PID/root.
	ProcRoot How = "proc-root"
)

// Origin is what is known of a file from the process that created it.
type Origin struct {
	// Path is where it is inside, absolute and without symbolic links in it.
	Path string
	// Device and Inode as that process got them from fstat(2).
	Device, Inode uint64
	// Upper is the host directory that catches the writes of the overlay Path
	// lies in, such that Upper+Path is the file; empty when there is none.
	Upper string
	// Content is what was written, random and so its own proof. When it is
	// empty, device and inode number have to do.
	Content []byte
	// PID is a process whose /proc/PID/root is the sandbox's view, as numbered
	// on the host; 0 when there is none any more.
	PID int
	// SharedRoot is whether the sandbox's root directory is the host's.
	SharedRoot bool
}

// Place is where the host sees the file of an Origin.
type Place struct {
	Path          string
	Device, Inode uint64
	UID           uint32 // owner, as the reader's user namespace numbers it
	How           How
	Why           string // one sentence
}

// Explain tells which hits are the file of an Origin, and why each is there.
// The others are namesakes: files of that name with another identity or
// another content. hits may come from Find and ViewHits, mounts from
// HostMounts; a path that occurs twice is explained once.
//
// A search by name cannot see a bind mount of the file on a point with another
// name, so those are looked for in the mounts and added; and so is the file at
// its own path, should the search have left that out.
//
// It opens the hits to compare contents. What it may not read, or cannot on
// this system, goes by device and inode number.
func Explain(hits []Hit, o Origin, mounts []Mount) (places []Place, namesakes []Hit) {
	e := newExplainer(hits, o, mounts)
	seen := map[string]bool{}
	var ours []home
	for _, h := range hits {
		if seen[h.Path] {
			continue
		}
		seen[h.Path] = true
		if !e.ours(h) {
			namesakes = append(namesakes, h)
			continue
		}
		places = append(places, e.place(h))
		if at, ok := e.locate(h.Path); ok && !e.throughProc(h.Path) {
			ours = append(ours, at)
		}
	}
	for _, h := range e.otherNames(ours) {
		if !seen[h.Path] && e.ours(h) {
			seen[h.Path] = true
			places = append(places, e.place(h))
		}
	}
	return places, namesakes
}

type identity struct{ device, inode uint64 }

func (h Hit) identity() identity { return identity{h.Device, h.Inode} }

// A home is a path of the host's and what it leads to. For each identity of
// the file one is picked as where the host has it by itself, and other places
// are compared with that.
type home struct {
	path  string
	at    location
	mount *Mount
}

type explainer struct {
	Origin
	table         mountTable
	inside, upper identity
	upperPath     string // "" without an upper file
	homes         map[identity]home
	view          mountTable // the sandbox's mounts, nil when they cannot be read
}

func newExplainer(hits []Hit, o Origin, mounts []Mount) *explainer {
	o.Path = path.Clean("/" + o.Path)
	e := &explainer{
		Origin: o,
		table:  visible(mounts),
		inside: identity{o.Device, o.Inode},
		homes:  map[identity]home{},
		view:   viewOf(o.PID),
	}
	e.findUpper(hits)
	e.findHome(hits)
	return e
}

// findUpper asks for the identity the overlay's file has outside: the overlay
// may show another one inside.
func (e *explainer) findUpper(hits []Hit) {
	if e.Upper == "" {
		return
	}
	p := path.Join(e.Upper, e.Path)
	st, err := statThrough(e.Upper, e.Path)
	id := st.hit(p).identity()
	if err != nil {
		// The upper directory may be readable to nobody but a search by root.
		i := slices.IndexFunc(hits, func(h Hit) bool { return h.Path == p })
		if i < 0 {
			return
		}
		id = hits[i].identity()
	}
	e.upper, e.upperPath = id, p
	if at, ok := e.locate(p); ok {
		e.homes[id] = at
	}
}

// findHome picks, among the hits with the identity from inside, the one the
// host has by itself: at the same path, else where the sandbox's own mount
// leads, else where the path inside ends the path outside; and of several the
// one whose mount shows most of its file system.
func (e *explainer) findHome(hits []Hit) {
	if _, known := e.homes[e.inside]; known {
		return
	}
	candidates := slices.Clone(hits)
	if st, err := statThrough("/", e.Path); err == nil { // the search may have been told to skip it
		candidates = append(candidates, st.hit(e.Path))
	}
	var inside location
	if m := e.view.covering(e.Path); m != nil {
		inside = m.location(e.Path)
	}
	best, bestRank := home{}, [2]int{}
	for _, h := range candidates {
		at, ok := e.locate(h.Path)
		if h.identity() != e.inside || !ok || e.throughProc(h.Path) {
			continue
		}
		rank := [2]int{e.rank(at, inside), len(at.mount.Root)}
		if best.mount == nil || slices.Compare(rank[:], bestRank[:]) < 0 {
			best, bestRank = at, rank
		}
	}
	if best.mount != nil {
		e.homes[e.inside] = best
	}
}

func (e *explainer) rank(h home, inside location) int {
	switch {
	case h.path == e.Path:
		return 0
	case h.at == inside:
		return 1
	case strings.HasSuffix(h.path, e.Path):
		return 2
	}
	return 3
}

// locate says which mount a path of the host's lies in, and where there.
func (e *explainer) locate(p string) (home, bool) {
	m := e.table.covering(p)
	if m == nil {
		return home{}, false
	}
	return home{p, m.location(p), m}, true
}

// ours reports whether a hit is the file: by identity, and by content where
// that can be read.
func (e *explainer) ours(h Hit) bool {
	id := h.identity()
	if id != e.inside && (e.upperPath == "" || id != e.upper) {
		return false
	}
	if len(e.Content) == 0 {
		return true
	}
	root, name := "/", h.Path
	if e.throughProc(h.Path) {
		root = e.procRoot()
		name = strings.TrimPrefix(h.Path, root)
	}
	content, _, err := ReadThrough(root, name, int64(len(e.Content))+1)
	if err != nil {
		return !errors.Is(err, ErrNotRegular)
	}
	return bytes.Equal(content, e.Content)
}

func (e *explainer) procRoot() string { return fmt.Sprintf("/proc/%d/root", e.PID) }

func (e *explainer) throughProc(p string) bool {
	return e.PID > 0 && within(p, e.procRoot())
}

// otherNames stats every path at which a mount shows one of the places.
func (e *explainer) otherNames(places []home) (hits []Hit) {
	places = slices.AppendSeq(places, maps.Values(e.homes))
	for _, m := range e.table {
		for _, from := range places {
			p, ok := m.pathTo(from.at)
			if !ok || e.table.covering(p) != m {
				continue
			}
			if st, err := statThrough("/", p); err == nil {
				hits = append(hits, st.hit(p))
			}
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return strings.Compare(a.Path, b.Path) })
	return hits
}
