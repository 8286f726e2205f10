package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var density = Info{
	ID:       "density",
	Question: "What does one more sandbox cost that does nothing, and may it take more than that?",
	Inside:   "a command that waits, in each of several sandboxes like this one",
	Host:     "adds up the memory of each one's init and command, and the processor time they use while nothing happens; counts how many it starts and ends in a second; reads whether their memory is limited",
	Rule:     "open when none has a limit on memory, so that one may take the place of all others; limited when each has one",
	Control:  "the same command in a sandbox without layers",
	CleansUp: "ends every sandbox that it has started",
	Layers:   []sandbox.Layer{sandbox.Memory},
	Needs:    []string{},
	Seconds:  0.3,
	Alone:    true,
	run:      runDensity,
}

const (
	crowd     = 8 // sandboxes at once
	crowdTime = time.Second
	idleTime  = 100 * time.Millisecond
)

// atRest is one sandbox at rest, with the host's numbers of its processes.
type atRest struct {
	subject   Subject
	talk      *Talk
	processes []int // the command, and above it what is there for it alone
}

// footprint is what processes take while they do nothing.
type footprint struct {
	command, above float64 // bytes
	cpu            time.Duration
	private        bool // shared pages could not be told: only private ones are counted
}

func runDensity(ctx context.Context, t *Trial) error {
	plain, err := t.settle(ctx, func(spec *sandbox.Spec) { *spec = sandbox.Spec{} })
	if err != nil {
		return err
	}
	begin := time.Now()
	var all []*atRest
	for len(all) < crowd && (len(all) < 2 || time.Since(begin) < crowdTime) {
		r, err := t.settle(ctx, func(*sandbox.Spec) {})
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	t.rate("starts", "started in a second, one after the other", len(all), time.Since(begin))
	limit, err := t.memoryLimit(ctx, all[0])
	if err != nil {
		return err
	}
	each, err := footprints(ctx, append(all, plain))
	if err != nil {
		return err
	}
	if err := t.end(all); err != nil {
		return err
	}
	t.tellFootprints(each[:len(all)], each[len(all)])
	return t.judgeDensity(limit, len(all))
}

// settle starts a sandbox with a command that waits.
func (t *Trial) settle(ctx context.Context, change func(*sandbox.Spec)) (*atRest, error) {
	s, err := t.another(ctx, change)
	if err != nil {
		return nil, err
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

// end ends them one after the other, and notes how quickly that goes.
func (t *Trial) end(all []*atRest) error {
	var errs []error
	begin := time.Now()
	for _, r := range all {
		errs = append(errs, r.talk.Close(), r.subject.Close())
	}
	t.rate("stops", "ended in a second, one after the other", len(all), time.Since(begin))
	return errors.Join(errs...)
}

func (t *Trial) rate(id, what string, n int, took time.Duration) {
	t.measure(id, what, "/s", []float64{float64(n) / took.Seconds()})
}

// memoryLimit is how the kernel limits the command's memory, "" when it does
// not limit it more than the host's.
func (t *Trial) memoryLimit(ctx context.Context, r *atRest) (string, error) {
	host, err := facts.Self(ctx)
	if err != nil {
		return "", err
	}
	inside, err := r.subject.Facts(ctx, r.talk.Process)
	if err != nil {
		return "", err
	}
	row, _ := facts.Compare(host, inside).Row("limits.memory")
	if row.Word != facts.Limited {
		return "", nil
	}
	return row.Inside, nil
}

// footprints looks at each twice, with nothing to do in between.
func footprints(ctx context.Context, all []*atRest) ([]footprint, error) {
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
	case <-time.After(idleTime):
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

// footprint reads what its processes take, and have used of the processor.
func (r *atRest) footprint() (f footprint, err error) {
	for i, pid := range r.processes {
		bytes, private, err := memoryOf(pid)
		if err != nil {
			return f, err
		}
		if f.private = f.private || private; i == 0 {
			f.command = bytes
		} else {
			f.above += bytes
		}
	}
	f.cpu, err = cpuTime(r.processes)
	return f, err
}

func (t *Trial) tellFootprints(each []footprint, plain footprint) {
	var init, command, both, idle []float64
	for _, f := range each {
		init, command, both = append(init, f.above), append(command, f.command), append(both, f.above+f.command)
		idle = append(idle, 100*f.cpu.Seconds()/idleTime.Seconds())
	}
	t.count("sandboxes", "at rest at once", float64(len(each)), "")
	t.measure("memory", "of one at rest: "+counted(each[0]), "bytes", both)
	t.measure("init-memory", "of it, what is there besides the command", "bytes", init)
	t.measure("command-memory", "of it, the command", "bytes", command)
	t.measure("plain-memory", "of a sandbox without layers at rest", "bytes", []float64{plain.above + plain.command})
	t.measure("idle-cpu", "of one processor, for one sandbox at rest", "%", idle)
	t.see(Observation{ID: "memory", What: "memory of one at rest: " + counted(each[0]), Outcome: Open,
		Inside: fmt.Sprintf("%s, of which %s is not the command", inMebibytes(middleRun(both)), inMebibytes(middleRun(init))),
		Host:   inMebibytes(plain.above+plain.command) + " without layers"})
	t.see(Observation{ID: "idle", What: "processor time of one at rest", Outcome: Open,
		Inside: fmt.Sprintf("%.2f %% of one processor", middleRun(idle)), Host: fmt.Sprintf("%.2f %% without layers", 100*plain.cpu.Seconds()/idleTime.Seconds())})
}

// counted says what of the memory is in the number; proc_pid_smaps(5).
func counted(f footprint) string {
	if f.private {
		return "pages that are nobody else's (the kernel shows no more of these processes); its own share of the kernel's memory is not counted"
	}
	return "its pages, and its part of those it shares; the kernel's own memory for it is not counted"
}

func inMebibytes(n float64) string { return fmt.Sprintf("%.1f MiB", n/(1<<20)) }

func (t *Trial) judgeDensity(limit string, n int) error {
	starts, _ := t.Measured("starts")
	memory, _ := t.Measured("memory")
	rest := fmt.Sprintf("%d at rest take %s each, and %.0f start in a second", n, inMebibytes(memory.Value), starts.Value)
	if limit == "" {
		t.see(Observation{ID: "limit", What: "how much memory may one take?", Inside: "no limit of its own", Host: "all there is", Outcome: Open})
		return t.conclude(Open, "%s; nothing keeps one of them from taking the place of all others", rest)
	}
	t.see(Observation{ID: "limit", What: "how much memory may one take?", Inside: limit, Host: "all there is", Outcome: Limited, By: sandbox.Memory})
	return t.conclude(Limited, "%s; none may take more than %s", rest, limit)
}
