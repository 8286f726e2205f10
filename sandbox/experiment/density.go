package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var density = Info{
	ID:       "density",
	Question: "What does one more sandbox cost that does nothing, and may it take more than that?",
	Inside:   "a command that waits, in each of several sandboxes like this one",
	Host:     "adds up the memory of the processes that are there for each one alone, and the processor time they use while nothing happens; counts how many it starts and ends in a second; reads whether their memory is limited",
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

func runDensity(ctx context.Context, t *Trial) error {
	bare, err := t.control(ctx)
	if err != nil {
		return err
	}
	plain, err := t.rest(ctx, bare)
	if err != nil {
		return err
	}
	begin := time.Now()
	var all []*atRest
	for len(all) < crowd && (len(all) < 2 || time.Since(begin) < crowdTime) {
		r, err := t.settle(ctx)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	t.rate("starts", "started in a second, one after the other", len(all), time.Since(begin))
	each, err := footprints(ctx, append(all, plain), idleTime)
	if err != nil {
		return err
	}
	limit, err := memoryLimitOf(ctx, all[0].subject)
	if err != nil {
		return err
	}
	if err := t.end(all); err != nil {
		return err
	}
	t.tellFootprints(each[:len(all)], each[len(all)])
	return t.judgeDensity(limit, len(all))
}

// settle starts one more like the trial's.
func (t *Trial) settle(ctx context.Context) (*atRest, error) {
	s, err := t.another(ctx, func(*sandbox.Spec) {})
	if err != nil {
		return nil, err
	}
	return t.rest(ctx, s)
}

// end ends them one after the other, and notes how quickly that goes.
func (t *Trial) end(all []*atRest) error {
	var errs []error
	begin := time.Now()
	for _, r := range all {
		errs = append(errs, r.close(), r.subject.Close())
	}
	t.rate("stops", "ended in a second, one after the other", len(all), time.Since(begin))
	return errors.Join(errs...)
}

func (t *Trial) rate(id, what string, n int, took time.Duration) {
	t.measure(id, what, "/s", []float64{float64(n) / took.Seconds()})
}

// memoryLimitOf is how much memory a subject may take, "" when nothing limits it
// more than the host. A machine of its own has what it was given.
func memoryLimitOf(ctx context.Context, s Subject) (string, error) {
	talk, err := Begin(ctx, s, "stay", nil)
	if err != nil {
		return "", err
	}
	defer talk.Close()
	if ownKernel(talk.Process) {
		if !s.Describe().Layers.Has(sandbox.Memory) {
			return "", nil
		}
		const file = "/proc/meminfo"
		v, err := lookFrom(ctx, s, inside.Look{Paths: []string{file}, Limit: 4096})
		text, _ := v.text(file)
		return inMebibytes(float64(numberAfter(text, "MemTotal:") << 10)), err
	}
	host, err := facts.Self(ctx)
	if err != nil {
		return "", err
	}
	within, err := s.Facts(ctx, talk.Process)
	if err != nil {
		return "", err
	}
	row, _ := facts.Compare(host, within).Row("limits.memory")
	if row.Word != facts.Limited {
		return "", nil
	}
	return row.Inside, nil
}

func (t *Trial) tellFootprints(each []footprint, plain footprint) {
	var besides, command, both, idle []float64
	for _, f := range each {
		besides, command, both = append(besides, f.besides), append(command, f.command), append(both, f.memory())
		idle = append(idle, idled(f.cpu, idleTime))
	}
	t.count("sandboxes", "at rest at once", float64(len(each)), "")
	t.measure("memory", "of one at rest: "+counted(each[0]), "bytes", both)
	t.measure("init-memory", "of it, what is there besides the command", "bytes", besides)
	t.measure("command-memory", "of it, the command", "bytes", command)
	t.measure("plain-memory", "of a sandbox without layers at rest", "bytes", []float64{plain.memory()})
	t.measure("idle-cpu", "of one processor, for one at rest", "%", idle)
	t.see(Observation{ID: "memory", What: "memory of one at rest: " + counted(each[0]), Outcome: Open,
		Inside: fmt.Sprintf("%s, of which %s is not the command", inMebibytes(middleRun(both)), inMebibytes(middleRun(besides))),
		Host:   inMebibytes(plain.memory()) + " without layers"})
	t.see(Observation{ID: "idle", What: "processor time of one at rest", Outcome: Open,
		Inside: fmt.Sprintf("%.2f %% of one processor", middleRun(idle)), Host: fmt.Sprintf("%.2f %% without layers", idled(plain.cpu, idleTime))})
}

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
