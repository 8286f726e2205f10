package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/tui/panel"
)

// experimentsSheet is the catalogue: each experiment with what it does, run at
// a stage that is chosen.
type experimentsSheet struct {
	list    []experiment.Info
	stages  []sandbox.Rung
	cursor  int
	stage   int
	results map[trial]attempt
	running trial
}

// trial is an experiment at a stage.
type trial struct{ experiment, stage string }

// attempt is what came of it.
type attempt struct {
	result experiment.Result
	err    error
}

// openExperiments shows the catalogue, at the stage where everything is raised.
func (m *Model) openExperiments() tea.Cmd {
	if m.sheets.experiments == nil {
		stages := sandbox.Ladder()
		m.sheets.experiments = &experimentsSheet{list: m.opt.Lab.Experiments, stages: stages, stage: len(stages) - 1, results: map[trial]attempt{}}
	}
	m.openSheet(m.sheets.experiments)
	m.seeCursor()
	return nil
}

func (*experimentsSheet) name() string { return "experiments" }

func (e *experimentsSheet) status(*Model) string {
	return "at the stage ‹ " + e.stages[e.stage].Name + " ›"
}

func (e *experimentsSheet) move(_ *Model, n int) {
	e.cursor = max(min(e.cursor+n, len(e.list)-1), 0)
}

// at is what the cursor and the stage point at.
func (e *experimentsSheet) at() trial { return e.of(e.list[e.cursor]) }

func (e *experimentsSheet) of(i experiment.Info) trial { return trial{i.ID, e.stages[e.stage].Name} }

func (e *experimentsSheet) keys() []binding {
	idle := func(m *Model) bool { return m.work == nil }
	return []binding{
		{keys: []string{"enter", "r"}, show: "enter", does: "run", where: inSheet, foot: left, do: e.run, on: idle, help: "run the experiment at the stage chosen"},
		{keys: []string{"left", "h"}, show: "left", does: "a stage down", where: inSheet, do: e.turn(-1), help: "the stage before"},
		{keys: []string{"right", "l"}, show: "left, right", does: "stage", where: inSheet, foot: left, spare: 1, do: e.turn(1), help: "another stage"},
		{keys: []string{"m"}, show: "m", does: "matrix", where: inSheet, foot: left, spare: 1, do: (*Model).openMatrix, help: "all experiments at all stages"},
	}
}

// turn chooses another stage; it stops at both ends of the ladder.
func (e *experimentsSheet) turn(n int) func(*Model) tea.Cmd {
	return func(*Model) tea.Cmd {
		e.stage = max(min(e.stage+n, len(e.stages)-1), 0)
		return nil
	}
}

// run runs the experiment of the cursor, and shows what is said about it.
func (e *experimentsSheet) run(m *Model) tea.Cmd {
	if !m.wide() {
		m.focus = paneDetail
	}
	m.scrolls[paneDetail] = 0
	t, rung, lab := e.at(), e.stages[e.stage], m.opt.Lab
	e.running = t
	delete(e.results, t)
	spec := sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true}
	return undertake(m, e, duty[experiment.Progress, attempt]{
		do: func(ctx context.Context, tell func(experiment.Progress)) attempt {
			r, err := lab.Experiment(ctx, t.experiment, spec, experiment.Options{Progress: tell})
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return attempt{r, err}
		},
		heard: func(w *work, news []experiment.Progress) { w.phase = phase(news[len(news)-1]) },
		ended: func(m *Model, a attempt) tea.Cmd {
			if errors.Is(a.err, context.Canceled) {
				m.notice = "Cancelled. Nothing was kept of it."
				return nil
			}
			e.results[t] = a
			return nil
		},
	})
}

func phase(p experiment.Progress) string {
	if p.Entries > 0 {
		return p.Phase + " · " + play.Number(p.Entries) + " entries"
	}
	return p.Phase
}

// mark is what is known of an experiment at the stage chosen, as shape and word.
func (e *experimentsSheet) mark(m *Model, i experiment.Info) (shape, word string) {
	t := e.of(i)
	a, known := e.results[t]
	switch {
	case m.work != nil && e.running == t:
		return panel.Running, "running"
	case !known:
		return " ", ""
	case a.err != nil:
		return panel.Failed, "failed"
	}
	return panel.Shape(a.result.Outcome), string(a.result.Outcome)
}

func (e *experimentsSheet) lines(m *Model, width int) ([]string, int) {
	top := panel.Wrap("Each does something inside and looks for it outside.", width)
	titles := map[string]string{}
	for _, g := range experiment.Groups() {
		titles[g.ID] = g.Title
	}
	var items []panel.Item
	for i, info := range e.list {
		shape, word := e.mark(m, info)
		item := panel.Item{Label: shape + " " + info.ID, Detail: info.Question}
		if word != "" {
			item.Detail = word + " · " + item.Detail
		}
		if i == 0 || e.list[i-1].Group != info.Group {
			item.Head = titles[info.Group]
		}
		items = append(items, item)
	}
	return panel.List(m.styles, top, items, e.cursor, width)
}

func (e *experimentsSheet) detail(m *Model, width int) []string {
	info, s := e.list[e.cursor], m.styles
	out := panel.Wrap(s.Title.Render(info.ID)+"  "+info.Question, width)
	out = append(out, "")
	if found := e.found(m, width); len(found) > 0 {
		out = append(append(out, found...), "")
	}
	out = append(out, panel.Entries(s, described(info), width)...)
	out = append(out, "", s.Faint.Render("outside of this screen"))
	return append(out, panel.Wrap(s.Code.Render("$ tentpole experiment run "+info.ID+" --stage "+e.stages[e.stage].Name), width)...)
}

// described is the row of an experiment in the catalogue.
func described(i experiment.Info) []panel.Entry {
	turns := "no layer changes its answer"
	if len(i.Layers) > 0 {
		turns = strings.Join(sandbox.Set(i.Layers...).Words(), ", ")
	}
	takes := "about " + experiment.Amount(i.Seconds*1000, "ms")
	if i.Alone {
		takes += "; it measures, and what runs beside it would show"
	}
	return cleaned(
		panel.Entry{Label: "inside", Text: i.Inside}, panel.Entry{Label: "host", Text: i.Host},
		panel.Entry{Label: "rule", Text: i.Rule}, panel.Entry{Label: "control", Text: i.Control},
		panel.Entry{Label: "turns with", Text: turns}, panel.Entry{Label: "needs", Text: strings.Join(i.Needs, ", ")},
		panel.Entry{Label: "takes", Text: takes}, panel.Entry{Label: "cleans up", Text: i.CleansUp},
	)
}

// found is what came of the experiment at the stage chosen, or how far it is.
func (e *experimentsSheet) found(m *Model, width int) []string {
	t := e.at()
	a, known := e.results[t]
	line := m.workLine(width)
	switch {
	case line != "" && e.running == t:
		return panel.Wrap(line, width)
	case !known:
		return nil
	case a.err != nil:
		return panel.Finding{Error: clean(a.err)}.Lines(m.styles, width)
	}
	r := a.result
	out := cleanFinding(panel.Finding{Outcome: r.Outcome, Reason: r.Reason, Observations: r.Observations, Numbers: r.Numbers}).Lines(m.styles, width)
	return append(out, append([]string{""}, panel.Wrap(m.styles.Faint.Render(measuredOn(e.stages[e.stage], r)), width)...)...)
}

// measuredOn says on what an experiment ran, and what of the stage was not
// there.
func measuredOn(stage sandbox.Rung, r experiment.Result) string {
	line := fmt.Sprintf("at the stage %s, root %s, in %s", stage.Name, r.Subject.Root, experiment.Amount(r.Milliseconds, "ms"))
	if r.EntriesSearched > 0 {
		line += "; " + play.Number(r.EntriesSearched) + " entries searched"
	}
	if gone := stage.Layers &^ r.Subject.Layers; gone != 0 {
		line += "; not raised here: " + strings.Join(gone.Words(), ", ") + " (the doctor says why)"
	}
	return line
}
