package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons"
)

// scope is where a binding applies.
type scope int

const (
	inHome scope = 1 << iota
	inLesson
	inTable  // of the sandbox screen
	inTrials // its list of experiments
	inRiddle // its missing pole, and below once it is found
	inSolved
	inSubjects // what can be raised in place of a sandbox
	inSheet
	inPage    // a page of text is in front
	inSandbox = inTable | inTrials | inRiddle | inSolved | inSubjects
	inTheTent = inLesson | inSandbox
	inPanes   = inTheTent | inSheet
	anywhere  = inHome | inPanes | inPage
)

// binding is one key and what it does: the table of bindings is all there is
// to keys; footer and help are made from it.
type binding struct {
	keys   []string // as Bubble Tea names them
	show   string   // as the footer names the key
	does   string   // in the footer, in a word or two
	help   string   // in the help, when more is to be said
	where  scope
	do     func(*Model) tea.Cmd
	on     func(*Model) bool   // whether it does anything now; nil: always
	says   func(*Model) string // in place of does, when that depends
	foot   foot
	listed bool // in the finder even though the footer has it not
	spare  int  // where the footer has no room the highest goes first
}

// foot is the part of the footer a binding is shown in.
type foot int

const (
	unseen foot = iota // only in the help
	left
	right
)

// finderKey opens the finder.
const finderKey = "/"

var bindings []binding

func init() { // the actions refer to the table through help
	bindings = []binding{
		{keys: []string{"enter"}, show: "enter", does: "open", where: inHome, foot: left, do: (*Model).homeOpen},
		{keys: []string{"up", "k"}, show: "up", does: "the line above", where: inHome, do: func(m *Model) tea.Cmd { m.homeMove(-1); return nil }},
		{keys: []string{"down", "j"}, show: "down", does: "the line below", where: inHome, do: func(m *Model) tea.Cmd { m.homeMove(1); return nil }},
		{keys: []string{"pgup"}, show: "pgup", does: "a page up", where: inHome, do: func(m *Model) tea.Cmd { m.homeTurn(-1); return nil }},
		{keys: []string{"pgdown", "space"}, show: "space", does: "a page down", where: inHome, do: func(m *Model) tea.Cmd { m.homeTurn(1); return nil }},

		{keys: []string{"enter"}, show: "enter", where: inLesson, foot: left, do: (*Model).main, says: (*Model).mainSays, on: (*Model).mayMain, help: "do the step's main thing; in board and kernel, say what a line is"},
		{keys: []string{"r"}, show: "r", does: "run again", where: inLesson, foot: left, spare: 1, do: (*Model).again, on: (*Model).mayAgain, help: "run the step once more"},
		{keys: []string{"s"}, show: "s", does: "skip", where: inLesson, foot: left, spare: 1, do: (*Model).skip, on: may(lessons.DoSkip), help: "go on without a prediction"},
		{keys: []string{"n"}, show: "n", does: "next", where: inLesson, foot: left, do: (*Model).next, says: (*Model).nextSays, help: "the next step"},
		{keys: []string{"b"}, show: "b", does: "back", where: inLesson, foot: left, spare: 2, do: (*Model).back, on: may(lessons.DoBack), help: "the step before"},
		{keys: []string{"up", "k"}, show: "up", does: "scroll up, or the choice or line above", where: inLesson, do: func(m *Model) tea.Cmd { m.lessonMove(-1); return nil }},
		{keys: []string{"down", "j"}, show: "down", does: "scroll down, or the choice or line below", where: inLesson, do: func(m *Model) tea.Cmd { m.lessonMove(1); return nil }},
		{keys: []string{"["}, show: "[", does: "line up", where: inLesson, foot: left, spare: 1, do: carry(-1), on: (*Model).arranging, help: "move the line of a puzzle up"},
		{keys: []string{"]"}, show: "]", does: "line down", where: inLesson, foot: left, spare: 1, do: carry(1), on: (*Model).arranging, help: "move the line of a puzzle down"},
		{keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, show: "1-9", does: "go to that choice", where: inLesson, on: (*Model).choosing},

		{keys: []string{"up", "k"}, show: "up", does: "the line above", where: inSheet, do: func(m *Model) tea.Cmd { return m.sheetMove(-1) }},
		{keys: []string{"down", "j"}, show: "down", does: "the line below", where: inSheet, do: func(m *Model) tea.Cmd { return m.sheetMove(1) }},

		{keys: []string{"tab"}, show: "tab", does: "pane", where: inPanes, foot: left, spare: 1, do: func(m *Model) tea.Cmd { m.nextPane(1); return nil }, on: func(m *Model) bool { return len(m.panes()) > 1 }, help: "the next pane"},
		{keys: []string{"shift+tab"}, show: "shift-tab", does: "the pane before", where: inPanes, do: func(m *Model) tea.Cmd { m.nextPane(-1); return nil }, on: func(m *Model) bool { return len(m.panes()) > 1 }},
		{keys: []string{"z"}, show: "z", does: "zoom", where: inPanes, foot: left, spare: 3, do: func(m *Model) tea.Cmd { m.zoom = !m.zoom; return nil }, on: func(m *Model) bool { return m.wide() && len(m.panes()) > 1 }, help: "give the pane all of the screen, and back"},
		{keys: []string{"ctrl+g"}, show: "ctrl-g", does: "shells", where: inTheTent, foot: left, spare: 4, do: (*Model).toShell, help: "the shells, one after the other (twice sends it)"},
		{keys: []string{"f3"}, show: "F3", does: "the shell inside, from anywhere", where: inTheTent, do: (*Model).toInside, on: canEnter},
		{keys: []string{"f4"}, show: "F4", does: "the shell on the host, from anywhere", where: inTheTent, do: (*Model).enterHost},
		{keys: []string{"v"}, show: "v", does: "look back in a shell, as shift-pgup there", where: inTheTent, do: (*Model).lookBack, on: func(m *Model) bool { _, ok := m.leftBehind(); return ok }},
		{keys: []string{"esc"}, show: "esc", does: "cancel", where: inTheTent, foot: left, do: (*Model).cancelRun, on: func(m *Model) bool { return m.tent().busy != nil }, help: "cancel what is under way"},
		{keys: []string{"f2"}, show: "F2", does: "the first pane, from anywhere", where: inTheTent, do: func(m *Model) tea.Cmd { m.leaveShell(); return nil }},

		{keys: []string{"H"}, show: "H", does: "hint", where: inLesson, foot: right, spare: 1, do: (*Model).hint, on: may(lessons.DoHint), help: "one more hint"},
		{keys: []string{"S"}, show: "S", does: "solution", where: inLesson, foot: right, spare: 1, do: asks("Show the solution? It gives the task away.", (*Model).solve), on: (*Model).unsolved, help: "the solution (asks)"},
		{keys: []string{"p"}, show: "p", does: "plan", where: inTheTent, foot: right, spare: 6, do: (*Model).openPlan, on: (*Model).hasPlan, help: "what would be asked of the kernel"},
		{keys: []string{"K"}, show: "K", does: "kill", where: inLesson, foot: right, spare: 5, do: asks("End the sandbox and everything in it?", func(m *Model) tea.Cmd { return m.kill(m.tent()) }), on: hasSandbox, help: "end the sandbox (asks)"},

		{keys: []string{"<"}, show: "<", does: "less room for the left side", where: inLesson, listed: true, do: moves(-moveColumns, 0), on: (*Model).arranges},
		{keys: []string{">"}, show: ">", does: "more room for the left side", where: inLesson, listed: true, do: moves(moveColumns, 0), on: (*Model).arranges},
		{keys: []string{"-"}, show: "-", does: "less room for the board, and above the shells", where: inLesson, listed: true, do: moves(0, -moveRows), on: (*Model).arranges},
		{keys: []string{"+"}, show: "+", does: "more room for the board, and above the shells", where: inLesson, listed: true, do: moves(0, moveRows), on: (*Model).arranges},
		{keys: []string{"t"}, show: "t", where: inLesson, listed: true, do: puts(paneTent), says: putsSays(paneTent), on: (*Model).hasBoard, help: "put the tent away, or back"},
		{keys: []string{"o"}, show: "o", where: inLesson, listed: true, do: puts(paneBoard), says: putsSays(paneBoard), on: (*Model).hasBoard, help: "put the board away, or back"},
		{keys: []string{"c"}, show: "c", where: inLesson, listed: true, do: puts(paneKernel), says: putsSays(paneKernel), on: (*Model).hasBoard, help: "put away what the kernel was asked, or back"},
		{keys: []string{"="}, show: "=", does: "all panes as usual", where: inLesson, listed: true, do: (*Model).asUsual, on: (*Model).hasBoard},
		{keys: []string{"w"}, show: "w", where: inLesson, listed: true, do: (*Model).tellTent, says: (*Model).tentSays, on: (*Model).hasBoard, help: "the tent in words, or drawn; it is kept"},
		{keys: []string{"g"}, show: "g", does: "glossary", where: inHome | inLesson, listed: true, do: (*Model).openGlossary, on: hasGlossary, help: "the terms of the course, those of the lesson first"},
		{keys: []string{"R"}, show: "R", does: "begin anew", where: inLesson, listed: true, do: (*Model).openForget, help: "forget what was done in a step, the lesson or all (asks)"},

		{keys: []string{"up", "k"}, show: "up", does: "scroll up", where: inPage, foot: left, do: func(m *Model) tea.Cmd { m.pageScroll(-1); return nil }, on: (*Model).pageLong},
		{keys: []string{"down", "j", "enter"}, show: "down", does: "scroll down", where: inPage, foot: left, do: func(m *Model) tea.Cmd { m.pageScroll(1); return nil }, on: (*Model).pageLong},
		{keys: []string{"pgdown", "space"}, show: "space", does: "a page down", where: inPage | inLesson | inSheet, do: func(m *Model) tea.Cmd { m.turn(1); return nil }},
		{keys: []string{"pgdown"}, show: "pgdown", does: "a page down", where: inSandbox, do: func(m *Model) tea.Cmd { m.turn(1); return nil }},
		{keys: []string{"pgup"}, show: "pgup", does: "a page up", where: inPage | inPanes, do: func(m *Model) tea.Cmd { m.turn(-1); return nil }},
		{keys: []string{"q", "esc"}, show: "q", does: "back", where: inPage, foot: right, do: (*Model).closePage},

		{keys: []string{finderKey, "ctrl+p"}, show: "/", does: "find", where: inHome | inPanes, foot: right, spare: 7, do: (*Model).openFinder, help: "find something to do, by typing"},
		{keys: []string{"?", "f1"}, show: "?", does: "help", where: inHome | inPanes, foot: right, spare: 1, do: (*Model).openHelp, help: "this list"},
		{keys: []string{"q"}, show: "q", does: "leave", where: inLesson, foot: right, do: (*Model).leaveLesson, help: "go home; what you did is kept"},
		{keys: []string{"q"}, show: "q", does: "leave", where: inTable, foot: right, do: (*Model).leaveSandbox, help: "end all sandboxes and go home (asks)"},
		{keys: []string{"q"}, show: "q", does: "leave", where: inSheet, foot: right, do: (*Model).leaveSheet, help: "go home"},
		{keys: []string{"esc"}, show: "esc", where: inSheet, foot: left, spare: 2, do: (*Model).sheetEsc, says: (*Model).sheetEscSays, help: "cancel what is under way, or go back"},
		{keys: []string{"q"}, show: "q", does: "leave", where: inHome, foot: right, do: func(*Model) tea.Cmd { return tea.Quit }},
		{keys: []string{","}, show: ",", does: "settings", where: inHome, do: (*Model).openSettings, help: "colours, signs, mouse, motion, keys"},
		{keys: []string{"ctrl+z"}, show: "ctrl-z", does: "stop tentpole until the shell lets it go on (fg)", where: anywhere, do: (*Model).suspend, on: func(m *Model) bool { return m.sleeper != nil }},
		{keys: []string{"ctrl+c"}, show: "ctrl-c", does: "end tentpole; what you did is kept", where: anywhere, do: func(*Model) tea.Cmd { return tea.Quit }},
	}
	bindings = append(freeBindings(), bindings...)
}

func may(a lessons.Action) func(*Model) bool {
	return func(m *Model) bool { return m.lesson.session.Walk.May(a) }
}

// unsolved tells whether there is a solution that is not shown yet.
func (m *Model) unsolved() bool {
	w := m.lesson.session.Walk
	return w.May(lessons.DoSolution) && !w.State().Solution
}

func mainFocused(m *Model) bool { return m.focus == paneMain }

func hasSandbox(m *Model) bool { return m.tent().live }

// canEnter tells whether there is a sandbox to go into, or a task to start one
// for.
func canEnter(m *Model) bool { return m.tent().busy == nil && (hasSandbox(m) || m.onTask()) }

// hasPlan tells whether there is something to plan.
func (m *Model) hasPlan() bool {
	return m.screen == onSandbox && !m.riddled() && m.subjects() == nil && ownShown(m) || m.screen == onLesson && m.lesson.session.Walk.Step().Run != nil
}

// bindings are those of the screen: a sheet's own come first.
func (m *Model) bindings() []binding {
	all := bindings
	if m.class != nil {
		all = slices.Concat(classBindings, bindings)
	}
	switch {
	case m.page != nil:
		return append(slices.Clone(m.page.keys), all...)
	case m.screen != onSheet:
		return all
	}
	return append(m.sheet.keys(), all...)
}

// scope is where the keys go now.
func (m *Model) scope() scope {
	switch {
	case m.page != nil:
		return inPage
	case m.screen == onLesson:
		return inLesson
	case m.screen == onSandbox:
		return m.freeScope()
	case m.screen == onSheet:
		return inSheet
	}
	return inHome
}

// applies tells whether a binding does something now.
func (m *Model) applies(b binding) bool {
	return b.where&m.scope() != 0 && (b.on == nil || b.on(m))
}

// key does what a key is for now.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	m.notice = ""
	switch {
	case m.tooSmall() && k.String() != "ctrl+c":
		return nil
	case m.ask != nil:
		return m.answerQuestion(k)
	case m.finder != nil:
		return m.keyInFinder(k)
	case m.class != nil && m.meant(k.String()) == classKey:
		return m.openClass()
	case m.writing():
		return m.keyInDraft(k)
	case m.editing():
		return m.keyInEdit(k)
	case m.inShell():
		return m.keyInShell(k)
	}
	name := m.meant(k.String())
	for _, b := range m.bindings() {
		if !slices.Contains(b.keys, name) || !m.applies(b) {
			continue
		}
		if b.do == nil { // the only one: the digits
			m.lessonChoose(int(name[0] - '1'))
			return nil
		}
		return b.do(m)
	}
	return nil
}

func (m *Model) cancelRun() tea.Cmd {
	m.tent().busy.cancel()
	return nil
}

func (m *Model) nextPane(n int) {
	panes := m.panes()
	i := slices.Index(panes, m.focus)
	m.focus = panes[(i+n+len(panes))%len(panes)]
}
