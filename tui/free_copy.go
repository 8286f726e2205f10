package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/export"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/panel"
	"github.com/tentpole-labs/tentpole/tui/styles"
)

// wording is a setup in the words of one tool.
type wording struct {
	tool string
	text string   // to be copied
	err  string   // why there is none
	also []string // what comes out otherwise there
}

// elsewhere are the tools besides tentpole itself.
var elsewhere = []struct {
	form export.Form
	tool string
}{
	{export.Unshare, "unshare, a script for util-linux"},
	{export.Docker, "docker or podman"},
	{export.OCI, "config.json, for runc and its like"},
}

// shownLines is how much of a long text the page shows: it is there to be
// copied.
const shownLines = 8

// openCopy shows the setup as other tools would be told, to be copied.
func (m *Model) openCopy() tea.Cmd {
	f := m.free
	setup, engine, ctx := f.setup, m.opt.Engine, m.ctx
	if b := f.box(); b != nil {
		setup = b.setup
	}
	p := m.openPage("the same elsewhere", sentence("Working it out …"))
	return m.job(func() tea.Msg {
		plan, err := engine.Plan(setup.Spec)
		if err != nil {
			return pageMsg{page: p, lines: sentence(clean(err))}
		}
		all := []wording{{tool: "tentpole", text: lineOf(setup, plan)}}
		for _, e := range elsewhere {
			all = append(all, inWords(engine.Export(ctx, e.form, plan, setup.Args())).of(e.tool))
		}
		return pageMsg{page: p, lines: saidLines(all), keys: copyKeys(all)}
	})
}

// lineOf is the command line, less what this machine leaves out.
func lineOf(setup preset.Setup, p *sandbox.Plan) string {
	for _, missing := range p.Missing {
		setup.Spec.Layers = setup.Spec.Layers.Without(missing.Layer)
	}
	return setup.Line()
}

func inWords(e export.Export, err error) wording {
	if err != nil {
		return wording{err: clean(err)}
	}
	s := wording{text: strings.TrimRight(e.Text, "\n")}
	if e.Prepare != "" {
		s.also = append(s.also, "first, beside config.json: "+facts.Clean(e.Prepare))
	}
	for _, c := range e.Consequences {
		s.also = append(s.also, facts.Clean(c.Why))
	}
	return s
}

func (s wording) of(tool string) wording {
	s.tool = tool
	return s
}

// saidLines draws them, the long ones in part.
func saidLines(all []wording) func(styles.Styles, int) []string {
	return func(s styles.Styles, width int) []string {
		var out []string
		for i, one := range all {
			out = append(out, s.Key.Render(fmt.Sprint(i+1))+"  "+s.Title.Render(one.tool))
			out = append(out, one.lines(s, width)...)
			out = append(out, "")
		}
		return out
	}
}

func (one wording) lines(s styles.Styles, width int) (out []string) {
	if one.err != "" {
		return panel.Wrap(s.Faint.Render(one.err), width)
	}
	lines := strings.Split(one.text, "\n")
	rest := len(lines) - shownLines
	if rest > 1 {
		lines = lines[:shownLines]
	}
	for _, l := range lines {
		out = append(out, panel.Code(s, facts.Clean(strings.ReplaceAll(l, "\t", "    ")), width)...)
	}
	if rest > 1 {
		out = append(out, s.Faint.Render(fmt.Sprintf("and %d more lines", rest)))
	}
	for _, why := range one.also {
		out = append(out, panel.Hang("otherwise: ", why, width, s.Faint.Render)...)
	}
	return out
}

// copyKeys copy one each: OSC 52, which the terminal may or may not take.
func copyKeys(all []wording) []binding {
	var out []binding
	for i, one := range all {
		if one.text == "" {
			continue
		}
		key := fmt.Sprint(i + 1)
		tool, _, _ := strings.Cut(one.tool, ",")
		out = append(out, binding{keys: []string{key}, show: key, does: "copy " + strings.Fields(tool)[0], where: inPage, foot: left,
			do: func(m *Model) tea.Cmd {
				m.notice = "Copied, if the terminal allows it: " + tool + "."
				return tea.SetClipboard(one.text)
			}})
	}
	return out
}
