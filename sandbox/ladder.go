package sandbox

// Rung is a named point on the ladder: a plain process and the first layers.
type Rung struct {
	Name   string
	Layers LayerSet
	Root   RootKind
}

// Ladder returns the stages from a plain process to a whole container, in the
// order of the course. From root on the root is an overlay of the host's.
func Ladder() []Rung {
	rungs := []Rung{{Name: "process", Root: RootHost}}
	var set LayerSet
	root := RootHost
	for _, row := range layers {
		if row.Name == Root {
			root = RootOverlay
		}
		set |= row.bit
		rungs = append(rungs, Rung{Name: string(row.Name), Layers: set, Root: root})
	}
	return append(rungs, Rung{Name: "container", Layers: set.With(User), Root: RootOverlay})
}

// ParseStage finds a rung of the ladder by its name.
func ParseStage(name string) (Rung, error) {
	var names []string
	for _, r := range Ladder() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Rung{}, &UsageError{What: "stage", Word: name, Known: names}
}
