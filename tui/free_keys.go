package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// freeBindings are the keys of the sandbox screen.
func freeBindings() []binding {
	return []binding{
		{keys: []string{"enter"}, show: "enter", where: inTable, foot: left, do: orExplain((*Model).freeStart), says: orExplains("start"), on: func(m *Model) bool { return mainFocused(m) || m.onItem() }, help: "start a sandbox like this, and open a shell inside; in board and kernel, say what a line is"},
		{keys: []string{"space"}, show: "space", where: inTable, foot: left, do: (*Model).freeFlip, says: (*Model).flipSays, on: mainFocused, help: "switch the layer, or type the value"},
		{keys: []string{"left", "h"}, show: "left", does: "the value before", where: inTable, do: func(m *Model) tea.Cmd { return m.freeStep(-1) }, on: canStep},
		{keys: []string{"right", "l"}, show: "left right", does: "change", where: inTable, foot: left, spare: 1, do: func(m *Model) tea.Cmd { return m.freeStep(1) }, on: canStep, help: "the value after"},
		{keys: []string{"e"}, show: "e", does: "type", where: inTable, foot: left, spare: 2, do: (*Model).freeType, on: canType, help: "type the value"},
		{keys: []string{"t"}, show: "t", where: inTable, listed: true, do: (*Model).tellTent, says: (*Model).tentSays, on: func(m *Model) bool { return !m.hasLive() }, help: "the tent in words, or drawn; it is kept"},
		{keys: []string{"enter"}, show: "enter", where: inTrials, foot: left, do: orExplain((*Model).tryOne), says: orExplains("try"), on: canTry, help: "run the experiment on the sandbox that is shown; in board and kernel, say what a line is"},
		{keys: []string{"a"}, show: "a", does: "try on all", where: inTrials, foot: left, do: (*Model).tryAll, on: canCompare, help: "run it on all sandboxes"},
		{keys: []string{"]"}, show: "]", does: "next sandbox", where: inTable | inTrials, foot: left, spare: 3, do: func(m *Model) tea.Cmd { return m.lookOn(1) }, on: hasBoxes, help: "look at the next sandbox"},
		{keys: []string{"["}, show: "[", does: "the sandbox before", where: inTable | inTrials, do: func(m *Model) tea.Cmd { return m.lookOn(-1) }, on: hasBoxes},
		{keys: []string{"f"}, show: "f", where: inTable | inTrials | inSolved, does: "freeze", foot: left, spare: 2, do: (*Model).freeFreeze, says: (*Model).freezeSays, on: canFreeze, help: "stop all commands where they are, and have them go on"},
		{keys: []string{"x"}, show: "x", does: "experiments", where: inTable | inSolved, foot: left, spare: 2, do: (*Model).openTrials, on: canTry, help: "the experiments, and what they come to here"},
		{keys: []string{"="}, show: "=", does: "compare", where: inTable | inTrials, foot: left, spare: 6, do: (*Model).openCompare, on: canCompare, help: "the boards of all sandboxes side by side"},
		{keys: []string{"c"}, show: "c", does: "copy", where: inTable | inSolved, foot: right, spare: 6, do: (*Model).openCopy, on: func(m *Model) bool { return !m.riddled() && ownShown(m) }, help: "the same as tentpole run, unshare, docker and config.json, to be copied"},
		{keys: []string{"w"}, show: "w", does: "save", where: inTable, foot: right, spare: 7, do: (*Model).freeSave, on: canSave, help: "save the setup under a name"},
		{keys: []string{"P"}, show: "P", does: "panic", where: inTable | inTrials, foot: right, spare: 2, do: (*Model).freePanic, on: idleHouse, help: "have the machine's kernel panic (asks); this one is not concerned"},
		{keys: []string{"T"}, show: "T", does: "a tent in it", where: inTable | inTrials, foot: left, spare: 4, do: (*Model).openTent, on: idleHouse, help: "raise a sandbox of tentpole's in the machine, and compare it with its init"},
		{keys: []string{"s"}, show: "s", does: "subjects", where: inTable, foot: left, spare: 5, do: (*Model).openSubjects, help: "raise something else: Docker, Podman, an OCI runtime, a virtual machine"},

		{keys: []string{"enter"}, show: "enter", where: inSubjects, foot: left, do: orExplain((*Model).raiseSubject), says: orExplains("raise"), on: func(m *Model) bool { return mainFocused(m) || m.onItem() }, help: "raise it, and open a shell inside; in board and kernel, say what a line is"},
		{keys: []string{"q", "s"}, show: "q", does: "back", where: inSubjects, foot: right, do: (*Model).closeSide},

		{keys: []string{"q", "x"}, show: "q", does: "back", where: inTrials, foot: right, do: (*Model).closeSide},

		{keys: []string{"enter"}, show: "enter", does: "name it", where: inRiddle, foot: left, do: (*Model).guess, on: mainFocused, help: "say that this layer is missing"},
		{keys: []string{"S"}, show: "S", does: "solution", where: inRiddle, foot: right, spare: 1, do: asks("Show which one is missing?", (*Model).giveUp), help: "the solution (asks)"},
		{keys: []string{"q"}, show: "q", does: "leave", where: inRiddle, foot: right, do: asks("Leave the riddle? The layers are shown then.", (*Model).leaveRiddle), help: "back to the table (asks)"},
		{keys: []string{"q", "enter"}, show: "q", does: "back", where: inSolved, foot: right, do: (*Model).leaveRiddle},

		{keys: []string{"K"}, show: "K", does: "kill", where: inTable | inTrials | inRiddle | inSolved, foot: right, spare: 5, do: (*Model).freeStop, on: hasBox, help: "end the sandbox that is shown (asks)"},
		{keys: []string{"up", "k"}, show: "up", does: "the line above, or scroll up", where: inSandbox, do: func(m *Model) tea.Cmd { m.freeUpDown(-1); return nil }},
		{keys: []string{"down", "j"}, show: "down", does: "the line below, or scroll down", where: inSandbox, do: func(m *Model) tea.Cmd { m.freeUpDown(1); return nil }},
	}
}

// orExplain does something, or where the pane that has the keys has a cursor says
// what it is at; orExplains names it.
func orExplain(do func(*Model) tea.Cmd) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		if m.onItem() {
			return m.explain()
		}
		return do(m)
	}
}

func orExplains(does string) func(*Model) string {
	return func(m *Model) string {
		if m.onItem() {
			return "what is this?"
		}
		return does
	}
}

// freeScope is where the keys go on the sandbox screen.
func (m *Model) freeScope() scope {
	if m.free.side != nil {
		return m.free.side.scope()
	}
	return inTable
}

func hasBoxes(m *Model) bool { return len(m.free.boxes) > 0 }

func hasBox(m *Model) bool { return m.free.box() != nil }

// canFreeze tells whether the sandbox has a limit: only then are its commands in
// a group of their own.
func canFreeze(m *Model) bool {
	b := m.free.box()
	return b != nil && b.live != nil && b.kind == "" && !b.hidden && b.tent.layers()&limited != 0
}

var limited = sandbox.Set(sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.IO)
