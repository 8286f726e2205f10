package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var diskLimit = Info{
	ID:       "disk-limit",
	Question: "How fast may a process write to the disk?",
	Inside:   "writes 0.5 MiB past the page cache, then through it, three times each, to a file that it is given open",
	Host:     "measures how many bytes a second get to the disk; what lies in the cache it has written back itself",
	Rule:     "limited when writes past the cache take as long as the limit wants, and a plain process is faster; open otherwise. What goes through the cache is an observation of its own: cgroup v1 does not hold it",
	Control:  "the same in a plain process: a disk that is as slow by itself proves nothing",
	CleansUp: "the file never has a name, and is gone with its last descriptor",
	Layers:   []sandbox.Layer{sandbox.IO},
	Needs:    []string{"a block device under the state directory"},
	Seconds:  0.3,
	Alone:    true,
	run:      runDiskLimit,
}

const (
	// smallRate is the limit that is tried, in bytes a second.
	smallRate = 4 << 20
	// writeRuns is how often each is measured. At that rate one run takes an
	// eighth of a second.
	writeRuns = 3
	// leeway is how many times the limit may get through in so short a while:
	// the kernel reckons in slices of time.
	leeway     = 3
	writeBytes = 512 << 10
)

func runDiskLimit(ctx context.Context, t *Trial) error {
	m, err := sandbox.Look()
	if err != nil {
		return err
	}
	if m.Disk == "" {
		return cannot("there is no block device under the state directory (%s): no limit would hold there", m.State)
	}
	s, err := t.tightened(ctx, sandbox.IO, func(l *cgroup.Limits) {
		l.IO = []cgroup.IOLimit{{Device: m.Disk, ReadBPS: smallRate, WriteBPS: smallRate}}
	})
	if err != nil {
		return err
	}
	file, err := unnamedFile(m.State)
	if err != nil {
		return cannot("%v", err)
	}
	t.atEnd(file.Close)
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	w := writer{t, file}
	rates := map[string]float64{}
	for _, way := range []struct {
		id, what string
		subject  Subject
		direct   bool
	}{
		{"control-direct", "a plain process, past the page cache", plain, true},
		{"control-cached", "a plain process, through the page cache", plain, false},
		{"direct", "past the page cache", s, true},
		{"cached", "through the page cache, until it is on the disk", s, false},
	} {
		if rates[way.id], err = w.rate(ctx, way.subject, way.direct, way.id, way.what); err != nil {
			return err
		}
	}
	return t.judgeDisk(rates)
}

// writer has a file written to by acts.
type writer struct {
	*Trial
	file *os.File
}

// rate writes a few times, and returns how many bytes a second it was.
func (w writer) rate(ctx context.Context, s Subject, direct bool, id, what string) (float64, error) {
	var rates []float64
	for range writeRuns {
		took, err := w.write(ctx, s, inside.Write{Bytes: writeBytes, Direct: direct})
		if err != nil {
			return 0, err
		}
		rates = append(rates, writeBytes/took)
	}
	return w.measure(id+"-rate", "bytes a second, "+what, "bytes/s", rates).Value, nil
}

// write returns how long it took, in seconds.
func (w writer) write(ctx context.Context, s Subject, asked inside.Write) (float64, error) {
	talk, err := begin(ctx, s, asking{act: "disk-limit", given: asked, besides: w.file})
	if err != nil {
		return 0, err
	}
	var said inside.Wrote
	err = errors.Join(talk.Hear(ctx, &said), talk.Close())
	switch {
	case err != nil:
		return 0, err
	case said.Foreign:
		return 0, cannot("what runs there is not given open files")
	case said.Refused != nil:
		return 0, cannot("the file system under the state directory does not take such writes: %s", word(said.Refused.Text))
	}
	begin := time.Now()
	if err := writeBack(w.file, int64(asked.Bytes)); err != nil {
		return 0, err
	}
	return float64(max(said.Micros, 1))/1e6 + time.Since(begin).Seconds(), nil
}

func (t *Trial) judgeDisk(rates map[string]float64) error {
	direct, cached := rates["direct"], rates["cached"]
	held, escaped := t.throttled(direct, rates["control-direct"]), t.throttled(cached, rates["control-cached"])
	t.seeRate("direct", "writing past the page cache", direct, rates["control-direct"], held)
	t.seeRate("cached", "writing through the page cache, until it is on the disk", cached, rates["control-cached"], escaped)
	switch {
	case held == Open:
		return t.conclude(Open, "nothing held its writes back: %s past the cache, a plain process %s", perSecond(direct), perSecond(rates["control-direct"]))
	case held == NotApplicable:
		return cannot("the disk is as slow by itself (%s): a limit of %s does not show", perSecond(rates["control-direct"]), perSecond(smallRate))
	case escaped == Open:
		return t.conclude(Limited, "past the cache it wrote %s, a plain process %s; through the cache it wrote %s: that escapes the limit here", perSecond(direct), perSecond(rates["control-direct"]), perSecond(cached))
	}
	return t.conclude(Limited, "it wrote %s past the cache and %s through it, a plain process %s", perSecond(direct), perSecond(cached), perSecond(rates["control-direct"]))
}

// throttled compares a rate with the limit, and with what a plain process gets.
func (t *Trial) throttled(rate, control float64) Outcome {
	switch {
	case !t.has(sandbox.IO) || rate >= leeway*smallRate:
		return Open
	case control < leeway*smallRate:
		return NotApplicable
	}
	return Limited
}

func (t *Trial) seeRate(id, what string, rate, control float64, o Outcome) {
	seen := Observation{ID: id, What: what, Inside: perSecond(rate), Host: "a plain process " + perSecond(control), Outcome: o}
	if t.has(sandbox.IO) {
		seen.Host += ", the limit is " + perSecond(smallRate)
	}
	if o == Limited {
		seen.By = sandbox.IO
	}
	t.see(seen)
}

func perSecond(rate float64) string { return fmt.Sprintf("%.1f MiB/s", rate/(1<<20)) }
