package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Measure is one thing that a subject costs.
type Measure struct {
	ID   string `json:"id"`
	What string `json:"what"`
	Unit string `json:"unit"`
}

// Measures are all of them: to start, to be there, and to work.
func Measures() []Measure {
	list := []Measure{
		{"start", "to a command's first instruction", "ms"},
		{"memory", "memory at rest", "bytes"},
		{"idle-cpu", "of one processor, at rest", "%"},
	}
	for _, w := range overheadWorks {
		list = append(list, Measure{w.id, w.what, "ns"})
	}
	return list
}

// Price is what one measure came to, once.
type Price struct {
	Measure string
	Value   float64
	Reason  string // why there is no value, "" where there is one
}

// idleLong is how long a subject is watched at rest: long enough for a machine
// whose timer ticks a hundred times a second.
const idleLong = 3 * idleTime

// Prices opens a subject once, measures what it costs, and closes it.
func Prices(ctx context.Context, open func(context.Context) (Subject, error)) (list []Price, err error) {
	t := &Trial{}
	defer func() { err = errors.Join(err, t.close()) }()
	took, err := t.startOnce(ctx, open)
	if err != nil {
		return nil, err
	}
	list = append(list, Price{Measure: "start", Value: took})
	r, err := t.rest(ctx, t.Subject)
	var cannot *CannotError
	if err != nil && !errors.As(err, &cannot) {
		return nil, err
	}
	memory := Price{Measure: "memory"}
	if cannot == nil {
		f, err := r.footprint()
		if err != nil {
			return nil, err
		}
		memory.Value = f.memory()
	}
	working, err := t.workingPrices(ctx)
	if err != nil {
		return nil, err
	}
	idle := Price{Measure: "idle-cpu"}
	if cannot != nil {
		memory.Reason, idle.Reason = word(cannot.Reason), word(cannot.Reason)
	} else if idle.Value, err = idlePrice(ctx, r); err != nil {
		return nil, err
	}
	return append(append(list, memory, idle), working...), nil
}

// startOnce opens the trial's subject, which ends with the trial, and takes the
// time to the first instruction of its first command.
func (t *Trial) startOnce(ctx context.Context, open func(context.Context) (Subject, error)) (milliseconds float64, err error) {
	program, err := firstProgram()
	if err != nil {
		return 0, err
	}
	defer program.Close()
	return firstByte(ctx, func(out *os.File) (io.Closer, error) {
		s, err := open(ctx)
		if err != nil {
			return nil, err
		}
		t.Subject = s
		t.atEnd(s.Close)
		p, err := s.Start(ctx, Command{Args: []string{"first"}, Program: program, Stdout: out})
		if err != nil {
			return nil, err
		}
		return untilEnd(ctx, p), nil
	})
}

// idlePrice is measured when the start and the work have settled.
func idlePrice(ctx context.Context, r *atRest) (float64, error) {
	each, err := footprints(ctx, []*atRest{r}, idleLong)
	if err != nil {
		return 0, err
	}
	return idled(each[0].cpu, idleLong), r.close()
}

// burstsPriced is how often a kind of work is done; the middle one counts.
const burstsPriced = 3

// workingPrices are those of each kind of work; what is refused is n/a.
func (t *Trial) workingPrices(ctx context.Context) (list []Price, err error) {
	worker, err := t.hire(ctx, t.Subject)
	if err != nil {
		return nil, err
	}
	for _, w := range overheadWorks {
		r := race{overheadWork: w}
		for range burstsPriced {
			if err := pace(ctx, worker, w.id, &r.here, &r.refused); err != nil {
				return nil, err
			}
		}
		p := Price{Measure: w.id, Value: middleRun(r.here)}
		if r.refused != nil {
			p = Price{Measure: w.id, Reason: word(fmt.Sprintf("it is refused there: %s", answer(r.refused)))}
		}
		list = append(list, p)
	}
	return list, worker.Close()
}
