package experiment

import (
	"context"
	"fmt"
	"time"
)

// Resting is a subject that is all there when nothing has been started in it: a
// machine, or a container with a first process of its own.
type Resting interface {
	// AtRest are the host's numbers of the processes that are there for it alone.
	// An error that wraps CannotError says why the host knows of none.
	AtRest() ([]int, error)
}

// atRest is one subject at rest, with the host's numbers of its processes.
type atRest struct {
	subject Subject
	// talk is with a command that waits; nil where the subject is at rest without.
	talk      *Talk
	processes []int // the command, where there is one, and what is there besides
}

// footprint is what processes take while they do nothing.
type footprint struct {
	command, besides float64 // bytes
	cpu              time.Duration
	private          bool // shared pages could not be told: only private ones are counted
}

func (f footprint) memory() float64 { return f.command + f.besides }

// rest finds the processes of a subject, with a command that waits where it would
// not be whole without.
func (t *Trial) rest(ctx context.Context, s Subject) (*atRest, error) {
	if r, ok := s.(Resting); ok {
		processes, err := r.AtRest()
		return &atRest{subject: s, processes: processes}, err
	}
	talk, err := t.talkIn(ctx, s, "rest", nil)
	if err != nil {
		return nil, err
	}
	var there bool
	if err := talk.Hear(ctx, &there); err != nil {
		return nil, err
	}
	pid, err := hostPID(talk.Process)
	if err != nil {
		return nil, err
	}
	chain, err := chainOf(pid)
	return &atRest{s, talk, chain}, err
}

// close ends the command, where there is one.
func (r *atRest) close() error {
	if r.talk == nil {
		return nil
	}
	return r.talk.Close()
}

// footprint reads what its processes take, and have used of the processor.
func (r *atRest) footprint() (f footprint, err error) {
	for i, pid := range r.processes {
		bytes, private, err := memoryOf(pid)
		if err != nil {
			return f, err
		}
		if f.private = f.private || private; i == 0 && r.talk != nil {
			f.command = bytes
		} else {
			f.besides += bytes
		}
	}
	f.cpu, err = cpuTime(r.processes)
	return f, err
}

// footprints looks at each twice, with nothing to do in between.
func footprints(ctx context.Context, all []*atRest, idle time.Duration) ([]footprint, error) {
	each := make([]footprint, len(all))
	for i, r := range all {
		var err error
		if each[i], err = r.footprint(); err != nil {
			return nil, err
		}
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(idle):
	}
	for i, r := range all {
		now, err := cpuTime(r.processes)
		if err != nil {
			return nil, err
		}
		each[i].cpu = now - each[i].cpu
	}
	return each, nil
}

// idled is processor time as a share of one processor, in percent.
func idled(cpu, during time.Duration) float64 { return 100 * cpu.Seconds() / during.Seconds() }

// counted says what of the memory is in the number; proc_pid_smaps(5).
func counted(f footprint) string {
	if f.private {
		return "pages that are nobody else's (the kernel shows no more of these processes); its own share of the kernel's memory is not counted"
	}
	return "its pages, and its part of those it shares; the kernel's own memory for it is not counted"
}

func inMebibytes(n float64) string { return fmt.Sprintf("%.1f MiB", n/(1<<20)) }
