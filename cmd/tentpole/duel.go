package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// side is one of the two subjects of a duel.
type side struct {
	kind   subject.Kind
	spec   sandbox.Spec
	doing  string
	result experiment.Result
	err    error
}

// duel is one experiment on two subjects at the same time.
type duel struct {
	mu    sync.Mutex
	sides [2]side
}

// newDuel sets a subject against another. What a spec says of layers and root is
// for a sandbox; other kinds have their own.
func newDuel(first, second subject.Kind, spec sandbox.Spec) *duel {
	d := &duel{}
	for i, kind := range []subject.Kind{first, second} {
		s := spec
		if kind.Name != subject.Sandbox {
			s.Layers, s.Root, s.Source = 0, "", ""
		}
		d.sides[i] = side{kind: kind, spec: s, doing: "starts"}
	}
	return d
}

// run runs the experiment on both. When one fails, the other is cancelled; the
// error is that of the one that failed by itself.
func (d *duel) run(ctx context.Context, name string, opts experiment.Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tell, done := progressLine()
	defer done()
	var both sync.WaitGroup
	for i := range d.sides {
		both.Go(func() {
			s := &d.sides[i]
			mine := opts
			mine.Progress = func(p experiment.Progress) { tell(d.progress(i, p)) }
			if s.result, s.err = runOn(ctx, name, s.kind, s.spec, mine); s.err != nil {
				cancel(fmt.Errorf("%s: %w", s.kind.Name, s.err))
			}
		})
	}
	both.Wait()
	for _, s := range d.sides {
		if s.err != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// progress is a line about both.
func (d *duel) progress(i int, p experiment.Progress) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sides[i].doing = doing(p)
	var parts []string
	for _, s := range d.sides {
		parts = append(parts, s.kind.Name+" "+s.doing)
	}
	return strings.Join(parts, " | ")
}

// print shows the one beside the other.
func (d *duel) print(w io.Writer, width int) {
	const between = " │ "
	half := (width - lipgloss.Width(between)) / 2
	var columns [2]string
	rows := 0
	for i, s := range d.sides {
		var b bytes.Buffer
		printResult(&b, s.result, half)
		columns[i] = lipgloss.NewStyle().Width(half).Render(s.kind.Name + "\n\n" + strings.TrimRight(b.String(), "\n"))
		rows = max(rows, lipgloss.Height(columns[i]))
	}
	bar := strings.TrimSuffix(strings.Repeat(between+"\n", rows), "\n")
	fmt.Fprintln(w, lipgloss.JoinHorizontal(lipgloss.Top, columns[0], bar, columns[1]))
}

// duels runs the experiments, each on both, and prints them.
func duels(c *cobra.Command, names []string, first, second subject.Kind, spec sandbox.Spec, opts experiment.Options, out outputFlags) error {
	doc := newDocument()
	for _, name := range names {
		d := newDuel(first, second, spec)
		if err := d.run(c.Context(), name, opts); err != nil {
			return err
		}
		for _, s := range d.sides {
			doc.Results = append(doc.Results, s.result)
			if out.json {
				if err := printJSON(c, s.result); err != nil {
					return err
				}
			}
		}
		if !out.json && out.html == "" {
			d.print(c.OutOrStdout(), columns())
		}
	}
	return out.file(doc)
}
