package play

import (
	"os"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Known is the spelling of everything a lesson may name, as this engine has
// it.
func Known() lessons.Known {
	k := lessons.Known{
		Subjects: otherSubjects(),
		Rows:     facts.RowIDs(), KernelRows: facts.KernelRowIDs(), Roots: []string{string(sandbox.RootHost), string(sandbox.RootOverlay), string(sandbox.RootTiny)},
		Features: featureIDs(), Arguments: arguments, Setting: checkSetting, Limit: checkLimit, Same: Same,
	}
	for _, l := range sandbox.Layers() {
		k.Layers = append(k.Layers, string(l.Name))
	}
	for _, e := range experiment.List() {
		k.Experiments = append(k.Experiments, e.ID)
	}
	for _, name := range sandbox.CapabilityNames() {
		k.Capabilities = append(k.Capabilities, "CAP_"+strings.ToUpper(name))
	}
	return k
}

// arguments are what experiments can be given; experiment.Options has them.
var arguments = map[string][]string{"file": {"path"}}

// VariantHere is the kind of learner who runs this process. Root of a
// container or of a user namespace is an ordinary user to the kernel, and to
// the engine. The machine is looked at once.
func VariantHere() lessons.Variant { return variantHere() }

var variantHere = sync.OnceValue(func() lessons.Variant {
	return variant(sandbox.Look, os.Geteuid())
})

// variant asks the machine, and goes by the effective user id where there is
// nothing to ask.
func variant(look func() (sandbox.Machine, error), euid int) lessons.Variant {
	m, err := look()
	privileged := m.Privileged()
	if NotHere(err) {
		privileged = euid == 0
	}
	if privileged {
		return lessons.Root
	}
	return lessons.User
}
