package cgroup

import (
	"errors"
	"os"
	"path"
	"time"
)

// Processor is what a group has of the processors, its files kept open: a machine
// that has hardly any time left is no place to look files up. Close it.
type Processor struct {
	usage, weight *os.File
	counter       counter
	idle          *os.File // cpu.idle, since Linux 5.15; nil before
	usual, least  string   // weights
}

// weights are the files that carry one, with the least that the kernel takes.
var weights = map[int]struct{ file, least string }{1: {"cpu.shares", "2"}, 2: {"cpu.weight", "1"}}

// Processor opens the files of a group that limits the processors, with the weight
// that was applied last.
func (g *Group) Processor() (*Processor, error) {
	p := &Processor{}
	dir, version := g.layout.carrier(CPU)
	for _, c := range counters { // where two rows count, the later one wins
		var s Statistics
		if from := g.layout.counted(c); from != "" && c.field(&s) == &s.CPU.Usage {
			if f, err := os.Open(path.Join(from, c.file)); err == nil {
				p.usage.Close() // an error is that it is the first
				p.usage, p.counter = f, c
			}
		}
	}
	for _, f := range files {
		if f.name == weights[version].file {
			p.usual, p.least = f.value(g.applied), weights[version].least
		}
	}
	var err error
	if p.weight, err = os.OpenFile(path.Join(dir, weights[version].file), os.O_WRONLY, 0); err != nil || p.usage == nil {
		p.Close()
		return nil, errors.Join(err, &MissingError{Controller: CPU, Why: "this group has no files that count and weigh it", Remedy: "ask for a limit of that kind when the sandbox is started"})
	}
	p.idle, _ = os.OpenFile(path.Join(dir, "cpu.idle"), os.O_WRONLY, 0)
	return p, nil
}

// Used is the processor time that the group has had so far, 0 when it is gone.
func (p *Processor) Used() time.Duration {
	var b [1024]byte
	n, _ := p.usage.ReadAt(b[:], 0)
	used, _ := number(string(b[:n]), p.counter.key)
	return time.Duration(used/max(p.counter.unit, 1)) * time.Microsecond
}

// Yield has the group get only what nobody else wants of the processors.
func (p *Processor) Yield() error {
	if p.idle != nil {
		return rewrite(p.idle, "1")
	}
	return rewrite(p.weight, p.least)
}

// Compete gives the group its weight again. The kernel gives one that was idle a
// weight of its own; sched_group_set_idle in kernel/sched/fair.c.
func (p *Processor) Compete() error {
	if p.idle == nil {
		return rewrite(p.weight, p.usual)
	}
	return errors.Join(rewrite(p.idle, "0"), rewrite(p.weight, p.usual))
}

func rewrite(f *os.File, value string) error {
	_, err := f.WriteAt([]byte(value), 0)
	return err
}

// Close closes the files. What was written last holds on.
func (p *Processor) Close() {
	for _, f := range []*os.File{p.usage, p.weight, p.idle} {
		f.Close() // an error is that it was never opened
	}
}
