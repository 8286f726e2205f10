package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// riddle is the missing pole: a container less one layer, to be found out from
// inside.
type riddle struct {
	box     *box
	missing sandbox.Layer
	cursor  int
	guesses []sandbox.Layer
	solved  bool // named, or given up
}

func (*riddle) name() string { return "a missing pole" }

func (r *riddle) scope() scope {
	if r.solved {
		return inSolved
	}
	return inRiddle
}

func (r *riddle) move(n int) { r.cursor = max(min(r.cursor+n, len(switches())-1), 0) }

// beginRiddle looks for a layer that can be left out of a container here:
// others need some of them, and then they are raised after all.
func (m *Model) beginRiddle() tea.Cmd {
	to, engine := toFree{m.free}, m.opt.Engine
	order := sandbox.Layers()
	m.free.rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return m.job(func() tea.Msg {
		setup, missing, err := leaveOneOut(engine, order)
		return riddleMsg{to, setup, missing, err}
	})
}

var errNoRiddle = errors.New("no layer can be left out of a container here: too few can be raised")

// leaveOneOut is a container less the first layer of the order that is then
// really missing.
func leaveOneOut(engine play.Engine, order []sandbox.LayerInfo) (preset.Setup, sandbox.Layer, error) {
	whole := preset.Container()
	full, err := engine.Plan(whole.Spec)
	if err != nil {
		return whole, "", err
	}
	for _, info := range order {
		setup := whole
		flipLayer(&setup.Spec, info.Name)
		setup.Spec.Partial = true
		p, err := engine.Plan(setup.Spec)
		if err == nil && full.Layers.Has(info.Name) && p.Layers == full.Layers.Without(info.Name) {
			return setup, info.Name, nil
		}
	}
	return whole, "", errNoRiddle
}

type riddleMsg struct {
	toFree
	setup   preset.Setup
	missing sandbox.Layer
	err     error
}

func (r riddleMsg) update(m *Model) tea.Cmd {
	f := r.free
	if r.err != nil {
		f.err = r.err
		return nil
	}
	cmd := m.raise(r.setup, true)
	if b := f.box(); b != nil && b.live == nil {
		f.side, f.edit = &riddle{box: b, missing: r.missing}, nil
	}
	return cmd
}

// riddle is the one at hand, or nil: what a key or an answer is for may have
// ended meanwhile.
func (m *Model) riddle() *riddle {
	if m.screen != onSandbox {
		return nil
	}
	r, _ := m.free.side.(*riddle)
	return r
}

// guess names the layer that the cursor is on.
func (m *Model) guess() tea.Cmd {
	r := m.riddle()
	if r == nil || r.solved {
		return nil
	}
	l := switches()[r.cursor].Name
	if slices.Contains(r.guesses, l) {
		return nil
	}
	r.guesses = append(r.guesses, l)
	if l == r.missing {
		r.solve()
	}
	return nil
}

// solve shows what was hidden.
func (r *riddle) solve() { r.solved, r.box.hidden = true, false }

func (m *Model) giveUp() tea.Cmd {
	if r := m.riddle(); r != nil {
		r.solve()
	}
	return nil
}

// leaveRiddle goes back to the table; the sandbox goes on, and its layers are
// not hidden any more.
func (m *Model) leaveRiddle() tea.Cmd {
	if r := m.riddle(); r != nil {
		r.solve()
		m.free.side = nil
	}
	return nil
}

func (r *riddle) lines(m *Model, width, height int) []string {
	if r.solved {
		return r.answer(m, width)
	}
	s := m.styles
	top := panel.Wrap("A container with one layer missing. Look round inside, and name the one that is not there.", width)
	if b := r.box.tent.busy; b != nil {
		if line := m.waiting(b); line != "" {
			top = append(top, line)
		}
	}
	if n := len(r.guesses); n > 0 {
		top = append(top, s.Strong.Render(fmt.Sprintf("%s is there. %s so far.", r.guesses[n-1], guesses(n))))
	}
	top = append(top, "")
	var rows []panel.Row
	for _, info := range switches() {
		mark := "[?]"
		if slices.Contains(r.guesses, info.Name) {
			mark = "[x]"
		}
		rows = append(rows, panel.Row{Mark: mark, Label: string(info.Name), Detail: info.What})
	}
	below := []string{""}
	room := max(height-len(top)-len(below), 1)
	part := panel.Table(s, rows, r.cursor, width, room)
	m.listGoesOn(below, part)
	return slices.Concat(top, panel.Fit(part.Lines, width, room), below)
}

func guesses(n int) string {
	if n == 1 {
		return "1 guess"
	}
	return fmt.Sprintf("%d guesses", n)
}

// answer tells the layer, and how one could have seen it.
func (r *riddle) answer(m *Model, width int) []string {
	s := m.styles
	said := fmt.Sprintf("It was %s: you gave it up after %s.", r.missing, guesses(len(r.guesses)))
	if slices.Contains(r.guesses, r.missing) {
		said = fmt.Sprintf("It is %s. You named it with %s.", r.missing, guesses(len(r.guesses)))
	}
	out := panel.Wrap(s.Strong.Render(said), width)
	out = append(out, panel.Wrap("The layer gives a process "+r.missing.Info().What+".", width)...)
	see := signs[r.missing]
	out = append(out, "", s.Faint.Render("inside, this shows it"))
	out = append(out, panel.Wrap(s.Code.Render("tent# "+see.command), width)...)
	out = append(out, panel.Wrap(see.tells, width)...)
	if ids := experimentsOf(r.missing); len(ids) > 0 {
		out = append(out, "", s.Faint.Render("and these experiments"))
		out = append(out, panel.Wrap(s.Code.Render("tentpole experiment run "+strings.Join(ids, " ")+" --stage container"), width)...)
	}
	return append(out, "", s.Faint.Render("The board has it too, now."))
}

// experimentsOf are the first two whose answer a layer changes.
func experimentsOf(l sandbox.Layer) []string {
	var ids []string
	for _, e := range experiment.List() {
		if slices.Contains(e.Layers, l) && len(ids) < 2 {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// signs are what a person inside can look at to see that a layer is missing.
var signs = map[sandbox.Layer]struct{ command, tells string }{
	sandbox.Mount:        {"readlink /proc/self/ns/mnt", "It is the number that the host's shell has."},
	sandbox.Root:         {"grep ' / / ' /proc/self/mountinfo", "The root is the host's own disk, no overlay."},
	sandbox.UTS:          {"readlink /proc/self/ns/uts", "It is the number that the host's shell has: hostname would rename the host."},
	sandbox.IPC:          {"readlink /proc/self/ns/ipc", "It is the number that the host's shell has: ipcs lists the host's queues."},
	sandbox.PID:          {"ls /proc", "The processes of the whole host are listed."},
	sandbox.Net:          {"cat /proc/net/dev", "The host's interfaces are there, not a loopback alone."},
	sandbox.User:         {"cat /proc/self/uid_map", "One line maps all numbers to themselves: root here is root outside."},
	sandbox.Time:         {"readlink /proc/self/ns/time", "It is the number that the host's shell has."},
	sandbox.Cgroup:       {"cat /proc/self/cgroup", "The paths name the sandbox; with the layer they would be /."},
	sandbox.Memory:       {"head -c 300M /dev/zero | tail >/dev/null", "Nobody is killed for 300 MiB of memory."},
	sandbox.CPU:          {"for i in 1 2; do timeout 2 sh -c 'while :; do :; done' & done; wait; times", "On a machine with two processors, both are had: four seconds in two."},
	sandbox.PIDs:         {"for i in $(seq 200); do sleep 1 & done; wait", "All 200 are started; a limit refuses some: cannot fork."},
	sandbox.IO:           {"dd if=/dev/zero of=/var/tmp/x bs=1M count=256 oflag=direct", "It writes as fast as the disk does."},
	sandbox.Capabilities: {"grep CapBnd /proc/self/status", "All of root's rights are in the set: 1ff… or 3f…, not a80425fb."},
	sandbox.NoNewPrivs:   {"grep NoNewPrivs /proc/self/status", "It is 0."},
	sandbox.Seccomp:      {"grep Seccomp: /proc/self/status", "It is 0; a filter would be 2."},
	sandbox.Landlock:     {"touch /usr/x", "It may be written; the layer's rules would refuse it."},
	sandbox.Masks:        {"grep ' /proc/' /proc/self/mountinfo", "Nothing is mounted over files of /proc."},
}
