package matrix

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// lanes is how many cells are run at once: more would only wait for each other
// where there are two CPUs.
const lanes = 2

// runner fills the cells.
type runner struct {
	Options
	stages []Stage
	total  int

	mu   sync.Mutex
	done int
}

// job is a row that is to be filled.
type job struct {
	info  experiment.Info
	cells []Cell
}

// all fills the rows, the quick ones first. Those that measure come last and
// one at a time.
func (r *runner) all(ctx context.Context, infos []experiment.Info, rows []Row) {
	var together, alone []job
	for i, info := range infos {
		j := job{info, rows[i].Cells}
		if info.Alone {
			alone = append(alone, j)
		} else {
			together = append(together, j)
		}
	}
	r.inLanes(ctx, together, lanes)
	r.inLanes(ctx, alone, 1)
}

// inLanes hands the rows out, each to one lane: no experiment meets itself.
func (r *runner) inLanes(ctx context.Context, jobs []job, lanes int) {
	slices.SortStableFunc(jobs, func(a, b job) int { return cmp.Compare(a.info.Seconds, b.info.Seconds) })
	next := make(chan job, len(jobs))
	for _, j := range jobs {
		next <- j
	}
	close(next)
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for j := range next {
				r.row(ctx, j)
			}
		})
	}
	wg.Wait()
}

func (r *runner) row(ctx context.Context, j job) {
	for i, s := range r.stages {
		if ctx.Err() != nil {
			return
		}
		r.tell(Progress{Experiment: j.info.ID, Stage: s.Name})
		cell := r.cell(ctx, j.info, s)
		if ctx.Err() != nil {
			return // it may have failed for that alone
		}
		j.cells[i] = cell
		r.tell(Progress{Experiment: j.info.ID, Stage: s.Name, Cell: &cell})
	}
}

// tell reports that a cell was begun or has ended.
func (r *runner) tell(p Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.Cell != nil {
		r.done++
	}
	if p.Done, p.Total = r.done, r.total; r.Progress != nil {
		r.Progress(p)
	}
}
