package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// families are the order of the switches.
var families = []sandbox.Family{sandbox.See, sandbox.Use, sandbox.Do}

// switches are the layers by family, within one in the order of the ladder.
func switches() []sandbox.LayerInfo {
	rows := sandbox.Layers()
	slices.SortStableFunc(rows, func(a, b sandbox.LayerInfo) int {
		return slices.Index(families, a.Family) - slices.Index(families, b.Family)
	})
	return rows
}

// layerRows are the eighteen switches.
func (m *Model) layerRows() []row {
	var out []row
	family := sandbox.Family("")
	for _, info := range switches() {
		r := row{
			Row:  panel.Row{Mark: m.layerMark(info.Name), Label: string(info.Name), Detail: info.What},
			say:  func(m *Model) string { return m.layerSays(info) },
			flip: func(m *Model) tea.Cmd { return m.change(func(s *preset.Setup) { flipLayer(&s.Spec, info.Name) }) },
		}
		if info.Family != family {
			family = info.Family
			r.Head = "what it can " + string(family)
		}
		if limit, ok := limits[info.Name]; ok {
			r.Value, r.step, r.field = limit.shown(m), limit.step, limit.field
		}
		out = append(out, r)
	}
	return out
}

// layerMark is the switch: off, on, on because another layer needs it, or not
// to be had here.
func (m *Model) layerMark(l sandbox.Layer) string {
	f := m.free
	on := f.setup.Spec.Layers.Has(l)
	switch {
	case f.lacks(l) && !(on && !f.setup.Spec.Partial): // by hand it may be tried all the same
		return "n/a"
	case on:
		return "[x]"
	case f.implied(l) != "":
		return "[+]"
	}
	return "[ ]"
}

// lacks tells whether this machine is known not to have what a layer needs.
func (f *free) lacks(l sandbox.Layer) bool {
	a, known := f.able[string(l)]
	return known && !a.OK && !a.Unknown
}

// implied tells why a layer is raised that is not switched on, or "".
func (f *free) implied(l sandbox.Layer) string {
	if !f.plan.fresh() {
		return ""
	}
	for _, i := range f.plan.plan.Implied {
		if i.Layer == l {
			return i.Because
		}
	}
	return ""
}

// layerSays is what a layer does, and what it needs or why it is not to be had.
func (m *Model) layerSays(info sandbox.LayerInfo) string {
	f, l := m.free, info.Name
	say := strings.ToUpper(info.What[:1]) + info.What[1:] + "; " + info.Man + "."
	if f.lacks(l) {
		a := f.able[string(l)]
		return strings.Join(nonEmpty("Not here: "+headLine(cmp.Or(a.Because, a.Error)), headLine(a.Remedy)), ". What helps: ")
	}
	if why := f.implied(l); why != "" {
		return say + " Raised besides, because " + why + "."
	}
	if needs := needs(l); needs != "" {
		say += " Needs " + needs + "."
	}
	return say
}

func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// headLine is the first line of something that may be a whole recipe.
func headLine(text string) string {
	line, _, more := strings.Cut(text, "\n")
	if more {
		line += " (all of it: doctor)"
	}
	return facts.Clean(line)
}

// needs says what a machine must have for a layer.
func needs(l sandbox.Layer) string {
	if _, limit := limits[l]; limit {
		return "a cgroup controller that may be written to"
	}
	for _, f := range features.Table() {
		if f.ID != string(l) {
			continue
		}
		var words []string
		if f.Kernel != "" {
			words = append(words, "Linux "+f.Kernel+" or later")
		}
		if f.Capability != "" {
			words = append(words, strings.ToUpper(f.Capability)+" or the layer user")
		}
		return strings.Join(words, ", and ")
	}
	return ""
}

// with is what a layer brings when it is switched on, and takes along when off.
var with = map[sandbox.Layer]struct{ on, off func(*sandbox.Spec) }{
	sandbox.Root: {
		on:  func(s *sandbox.Spec) { s.Root = sandbox.RootOverlay },
		off: func(s *sandbox.Spec) { s.Root, s.Source, s.ReadOnly = sandbox.RootHost, "", false },
	},
	sandbox.Mount:        {off: func(s *sandbox.Spec) { s.Volumes, s.Tmpfs = nil, nil }},
	sandbox.UTS:          {off: func(s *sandbox.Spec) { s.Hostname = ""; leaveJoin(s, sandbox.UTS) }},
	sandbox.IPC:          {off: func(s *sandbox.Spec) { leaveJoin(s, sandbox.IPC) }},
	sandbox.Net:          {off: func(s *sandbox.Spec) { s.Network, s.Publish = "", nil; leaveJoin(s, sandbox.Net) }},
	sandbox.Memory:       {off: func(s *sandbox.Spec) { s.Limits.Memory, s.Limits.MemoryHigh, s.Limits.Swap = 0, 0, 0 }},
	sandbox.CPU:          {off: func(s *sandbox.Spec) { s.Limits.CPUs, s.Limits.Weight = 0, 0 }},
	sandbox.PIDs:         {off: func(s *sandbox.Spec) { s.Limits.PIDs = 0 }},
	sandbox.IO:           {off: func(s *sandbox.Spec) { s.Limits.IO = nil }},
	sandbox.Capabilities: {off: func(s *sandbox.Spec) { s.Capabilities = nil }},
	sandbox.Seccomp:      {off: func(s *sandbox.Spec) { s.Calls = sandbox.CallRules{} }},
	sandbox.Landlock:     {off: func(s *sandbox.Spec) { s.Access = sandbox.Access{} }},
}

// flipLayer turns a layer on or off, and with it what belongs to it.
func flipLayer(s *sandbox.Spec, l sandbox.Layer) {
	do := with[l].on
	if s.Layers.Has(l) {
		s.Layers, do = s.Layers.Without(l), with[l].off
	} else {
		s.Layers = s.Layers.With(l)
	}
	s.Partial = false // what was switched by hand is wanted
	if do != nil {
		do(s)
	}
}

// leaveJoin has a namespace shared with no other sandbox.
func leaveJoin(s *sandbox.Spec, l sandbox.Layer) {
	var kept []sandbox.Join
	for _, j := range s.Join {
		if j.Namespaces = j.Namespaces.Without(l); j.Namespaces != 0 {
			kept = append(kept, j)
		}
	}
	s.Join = kept
}
