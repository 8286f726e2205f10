package experiment

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var noisyNeighbour = Info{
	ID:       "noisy-neighbour",
	Question: "Does the next tent slow this one down?",
	Inside:   "does the same job of a millisecond a hundred times, over and over: alone, beside a neighbour that is busy on all cores, and beside one that is limited",
	Host:     "starts the neighbours in sandboxes like this one, and measures how long the jobs take and how much the neighbours get",
	Rule:     "limited when the kernel held the limited neighbour back, counted; open when nothing holds a neighbour back. What is left of the speed is in the numbers: no limit makes it all",
	Control:  "the jobs alone; all are measured in turn, three times, or twice on a busy machine",
	Layers:   []sandbox.Layer{sandbox.CPU},
	Needs:    []string{},
	Seconds:  2,
	Alone:    true,
	run:      runNoisyNeighbour,
}

const (
	// quietCPUs is what the limited neighbour may have, in CPUs.
	quietCPUs = 0.05
	// noisyRounds is how often each is measured, jobsEach how many jobs at a
	// time: of a hundred the second slowest is the 99th percentile.
	noisyRounds = 3
	jobsEach    = 100
	// On a machine that is slow or busy anyway, leastRounds have to do after
	// noisyPatience.
	leastRounds   = 2
	noisyPatience = 1500 * time.Millisecond
	// noise is how long a neighbour is noisy at the most.
	noise = inside.BurnMilliseconds
)

// company is who is beside the jobs.
type company struct {
	id, what string
	subject  Subject // nil for nobody
	p50, p99 []float64
	cpus     []float64
	held     uint64 // periods in which it was held back
	beyond   bool   // it got more than its limit, if it has one
}

func runNoisyNeighbour(ctx context.Context, t *Trial) error {
	all, err := t.companies(ctx)
	if err != nil {
		return err
	}
	jobs, err := t.talk(ctx, "noisy-neighbour", struct{}{})
	if err != nil {
		return err
	}
	if _, err := hostPID(jobs.Process); err != nil {
		return err
	}
	for begin, round := time.Now(), 0; round < noisyRounds && (round < leastRounds || time.Since(begin) < noisyPatience); round++ {
		for i := range all {
			if err := t.round(ctx, jobs, &all[i]); err != nil {
				return err
			}
		}
	}
	for _, c := range all {
		t.report(c)
	}
	return t.judgeNoise(all)
}

// companies are nobody, a neighbour without a limit and, where the subject has
// limits, one that is held to very little.
func (t *Trial) companies(ctx context.Context) ([]company, error) {
	noisy, err := t.another(ctx, func(spec *sandbox.Spec) {
		spec.Layers, spec.Limits.CPUs, spec.Limits.Weight = spec.Layers.Without(sandbox.CPU), 0, 0
	})
	if err != nil {
		return nil, err
	}
	all := []company{{id: "alone", what: "alone"}, {id: "noisy", what: "beside a busy neighbour", subject: noisy}}
	if !t.has(sandbox.CPU) {
		return all, nil
	}
	quiet, err := t.another(ctx, func(spec *sandbox.Spec) { spec.Limits.CPUs = quietCPUs })
	if err != nil {
		return nil, err
	}
	return append(all, company{id: "limited", what: fmt.Sprintf("beside a busy neighbour that may have %.2f CPU", quietCPUs), subject: quiet}), nil
}

// round does the jobs in one company.
func (t *Trial) round(ctx context.Context, jobs *Talk, c *company) error {
	t.tell(Progress{Phase: "a small job " + c.what})
	leave, err := c.join(ctx)
	if err != nil {
		return err
	}
	took, err := doJobs(ctx, jobs)
	if err := leave(err == nil); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	slices.Sort(took)
	c.p50, c.p99 = append(c.p50, took[jobsEach/2]), append(c.p99, took[jobsEach-2])
	return nil
}

// join has the neighbour begin; leave ends it, and reckons what it got.
func (c *company) join(ctx context.Context) (leave func(reckon bool) error, err error) {
	if c.subject == nil {
		return func(bool) error { return nil }, nil
	}
	before, begin := statistics(c.subject).CPU, time.Now()
	talk, err := Begin(ctx, c.subject, "cpu-limit", inside.Burn{Threads: runtime.NumCPU(), Windows: 1, Milliseconds: noise})
	if err != nil {
		return nil, err
	}
	return func(reckon bool) error {
		if reckon {
			held, _ := rise(before.Throttled, statistics(c.subject).CPU.Throttled)
			c.held += held
			got, wall := processorTime(talk.Process.PID()), time.Since(begin)
			c.cpus = append(c.cpus, got.Seconds()/wall.Seconds())
			c.beyond = c.beyond || got > mostUnder(quietCPUs, wall)
		}
		return cut(talk)
	}, nil
}

// doJobs has the jobs done once, and returns how long each took, in µs.
func doJobs(ctx context.Context, jobs *Talk) ([]float64, error) {
	if err := jobs.Say(inside.Jobs{Count: jobsEach}); err != nil {
		return nil, err
	}
	var said inside.Took
	if err := jobs.Hear(ctx, &said); err != nil {
		return nil, err
	}
	if len(said.Micros) != jobsEach {
		return nil, jobs.broke(fmt.Errorf("it did %d jobs instead of %d", len(said.Micros), jobsEach))
	}
	return said.Micros, nil
}

func (t *Trial) report(c company) {
	p50 := t.measure(c.id+"-p50", "a job "+c.what+", median", "µs", c.p50)
	p99 := t.measure(c.id+"-p99", "a job "+c.what+", 99th percentile", "µs", c.p99)
	o := Observation{ID: c.id, What: "a job " + c.what, Inside: fmt.Sprintf("half take up to %.1f ms, 99 of 100 up to %.1f ms", p50.Value/1000, p99.Value/1000),
		Host: "nobody else was started", Outcome: NotApplicable}
	if c.subject != nil {
		cpus := t.measure(c.id+"-cpus", "CPUs that the neighbour got", "CPU", c.cpus)
		o.Host, o.Outcome = fmt.Sprintf("the neighbour got %.2f CPUs of %d", cpus.Value, runtime.NumCPU()), Open
	}
	if c.held > 0 {
		o.Host += " and was held back in " + facts.Count(int(c.held), "period")
		o.Outcome, o.By = Limited, sandbox.CPU
	}
	t.see(o)
}

func (t *Trial) judgeNoise(all []company) error {
	alone, noisy := t.at("alone-p99"), t.at("noisy-p99")
	last := all[len(all)-1]
	if t.has(sandbox.CPU) && last.held == 0 && !last.beyond {
		return cannot("this machine is so busy that the limited neighbour did not even reach its limit")
	}
	if last.held == 0 {
		return t.conclude(Open, "nothing holds a neighbour back: 99 of 100 jobs take up to %.1f ms alone, %.1f ms beside a busy one", alone, noisy)
	}
	return t.conclude(Limited, "the neighbour is held to its share: 99 of 100 jobs take up to %.1f ms alone, %.1f ms beside a busy neighbour, %.1f ms beside a limited one",
		alone, noisy, t.at("limited-p99"))
}

// at is a number of µs in ms.
func (t *Trial) at(id string) float64 {
	n, _ := t.Measured(id)
	return n.Value / 1000
}
