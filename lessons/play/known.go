package play

import (
	"os"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// Known is the spelling of everything a lesson may name, as this engine has
// it. Board rows are not checked: a lesson may ask for a row of any path.
func Known() lessons.Known {
	k := lessons.Known{Roots: []string{string(sandbox.RootHost), string(sandbox.RootOverlay)}}
	for _, l := range sandbox.Layers() {
		k.Layers = append(k.Layers, string(l.Name))
	}
	for _, e := range experiment.List() {
		k.Experiments = append(k.Experiments, e.ID)
	}
	return k
}

// VariantHere is the kind of learner who runs this process.
func VariantHere() lessons.Variant {
	if os.Geteuid() == 0 {
		return lessons.Root
	}
	return lessons.User
}
