package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// A setting is what there is to a sandbox besides its layers.
type setting struct {
	label, none, say string
	step             func(m *Model, n int) tea.Cmd
	field            *field
}

// says is something to say about a row that is always the same.
func says(text string) func(*Model) string { return func(*Model) string { return text } }

// settingRows are the rows below the layers.
func (m *Model) settingRows() []row {
	var out []row
	for _, s := range around {
		value := cmp.Or(s.field.read(m.free.setup), s.none)
		if s.label == "join" {
			value = cmp.Or(m.joinWord(), s.none)
		}
		out = append(out, row{Row: panel.Row{Label: s.label, Value: value}, say: says(s.say), step: s.step, field: s.field})
	}
	out[0].Head = "what is around it"
	return out
}

var around []setting

func init() { // the steps refer to the table through the rows
	around = []setting{
		{label: "root", none: "host", step: stepper(stepRoot), say: "Its root directory: the host's own, an overlay of it, tentpole's tiny one, or a directory, tar or image that you name.",
			field: &field{name: "root", how: "host, overlay, tiny, a directory, a tar or an image: alpine:3.20", read: rootWord, set: setRoot}},
		{label: "network", none: "host", step: stepper(stepNetwork), say: "none: its loopback only. bridge (root's to make): the other sandboxes, and out through NAT. host: every port inside is one of the host's.",
			field: &field{name: "network", how: "none, bridge or host", read: networkWord, set: setNetwork}},
		{label: "ports", none: "none", say: "Ports inside that the host listens for, on its loopbacks. They imply net.",
			field: &field{name: "ports", how: "HOST:INSIDE, more with a blank between: 8080:80 127.0.0.1:2222:22", read: portWords, set: setPorts}},
		{label: "volumes", none: "none", say: "Directories of the host's that are shown inside.",
			field: &field{name: "volumes", how: "SOURCE:TARGET or SOURCE:TARGET:ro, more with a blank between", read: volumeWords, set: setVolumes}},
		{label: "hostname", none: "the host's", say: "Its own host name; it implies uts.",
			field: &field{name: "hostname", how: "a name: tent", read: func(s preset.Setup) string { return s.Spec.Hostname },
				set: func(s *preset.Setup, word string) error { s.Spec.Hostname = word; return nil }}},
		{label: "command", none: "a shell", say: "What is typed for you in the shell inside, once it is there.",
			field: &field{name: "command", how: "a line for the shell: stress --vm 1", read: func(s preset.Setup) string { return s.Command },
				set: func(s *preset.Setup, word string) error { s.Command = strings.TrimSpace(word); return nil }}},
		{label: "join", none: "no other", step: (*Model).stepJoin, say: "Namespaces of a sandbox that runs, instead of new ones: net, ipc and uts can be shared.",
			field: &field{name: "join", how: "NAME:net,ipc,uts of a sandbox that runs", read: joinWords, set: setJoin}},
	}
}

// stepper makes a step of a change of the spec.
func stepper(step func(s *sandbox.Spec, n int)) func(*Model, int) tea.Cmd {
	return func(m *Model, n int) tea.Cmd {
		return m.change(func(s *preset.Setup) { s.Spec.Partial = false; step(&s.Spec, n) })
	}
}

// turn is the word after now in a round, or before it.
func turn[T comparable](round []T, now T, n int) T {
	at := max(slices.Index(round, now), 0)
	return round[(at+n+len(round))%len(round)]
}

func rootWord(s preset.Setup) string { return cmp.Or(s.Spec.Source, string(s.Spec.Root)) }

func setRoot(s *preset.Setup, word string) error {
	kind, source, err := sandbox.ParseRoot(word)
	if err == nil {
		putRoot(&s.Spec, kind, source)
	}
	return err
}

// putRoot gives a spec a root, and the layer that goes with it.
func putRoot(s *sandbox.Spec, kind sandbox.RootKind, source string) {
	s.Root, s.Source, s.Unpacked = kind, source, ""
	if kind.Own() {
		s.Layers = s.Layers.With(sandbox.Root)
		return
	}
	s.Layers, s.ReadOnly = s.Layers.Without(sandbox.Root), false
}

func stepRoot(s *sandbox.Spec, n int) {
	kinds := []sandbox.RootKind{sandbox.RootHost, sandbox.RootOverlay, sandbox.RootTiny}
	putRoot(s, turn(kinds, cmp.Or(s.Root, sandbox.RootHost), n), "")
}

func networkWord(s preset.Setup) string {
	switch {
	case s.Spec.Network != "":
		return string(s.Spec.Network)
	case slices.ContainsFunc(s.Spec.Join, func(j sandbox.Join) bool { return j.Namespaces.Has(sandbox.Net) }):
		return "joined"
	case s.Spec.Layers.Has(sandbox.Net):
		return string(network.KindNone)
	}
	return string(network.KindHost)
}

func setNetwork(s *preset.Setup, word string) error {
	kind, ok := network.ParseKind(word)
	if !ok {
		return &sandbox.UsageError{What: "network", Word: word, Why: "it is none, bridge or host"}
	}
	putNetwork(&s.Spec, kind)
	return nil
}

// putNetwork gives a spec a network, and the layer that goes with it. The
// host's has no ports to publish.
func putNetwork(s *sandbox.Spec, kind network.Kind) {
	leaveJoin(s, sandbox.Net)
	if kind == network.KindHost {
		s.Network, s.Publish, s.Layers = "", nil, s.Layers.Without(sandbox.Net)
		return
	}
	s.Network, s.Layers = kind, s.Layers.With(sandbox.Net)
}

func stepNetwork(s *sandbox.Spec, n int) {
	kinds := []network.Kind{network.KindHost, network.KindNone, network.KindBridge}
	putNetwork(s, turn(kinds, network.Kind(networkWord(preset.Setup{Spec: *s})), n))
}

// listWords writes the parts of a list with blanks between.
func listWords[T any](list []T, word func(T) string) string {
	var words []string
	for _, x := range list {
		words = append(words, word(x))
	}
	return strings.Join(words, " ")
}

// setList reads a list with blanks or commas between its parts.
func setList[T any](to *[]T, text string, parse func(string) (T, error)) error {
	var list []T
	for _, word := range strings.Fields(text) {
		x, err := parse(word)
		if err != nil {
			return err
		}
		list = append(list, x)
	}
	*to = list
	return nil
}

func portWords(s preset.Setup) string          { return listWords(s.Spec.Publish, network.Port.String) }
func volumeWords(s preset.Setup) string        { return listWords(s.Spec.Volumes, preset.VolumeWord) }
func joinWords(s preset.Setup) string          { return listWords(s.Spec.Join, preset.JoinWord) }
func setPorts(s *preset.Setup, w string) error { return setList(&s.Spec.Publish, w, network.ParsePort) }

func setVolumes(s *preset.Setup, w string) error {
	return setList(&s.Spec.Volumes, w, sandbox.ParseVolume)
}

func setJoin(s *preset.Setup, w string) error {
	err := setList(&s.Spec.Join, w, sandbox.ParseJoin)
	if err == nil && networkWord(preset.Setup{Spec: sandbox.Spec{Join: s.Spec.Join}}) == "joined" {
		s.Spec.Network = "" // it is the other's
	}
	return err
}
