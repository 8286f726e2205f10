package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var whatItBelieves = Info{
	ID:       "what-it-believes",
	Question: "How large does a process take its machine to be?",
	Inside:   "asks the kernel, /proc, /sys, Go's runtime and, where they are installed, nproc, getconf and free",
	Host:     "asks the same in a plain process, and reads the limits in force",
	Rule:     "open when somebody inside is told of the whole machine, limited when all are told of the share only",
	Control:  "the same in a plain process; where the limit is as large as the machine, or the answer is rounded up to it, that answer is n/a",
	Layers:   []sandbox.Layer{sandbox.Memory, sandbox.CPU},
	Needs:    []string{},
	Seconds:  0.1,
	run:      runWhatItBelieves,
}

// source is somebody who tells a process how large the machine is.
type source struct {
	id, what string
	of       sandbox.Layer // whose limit it ought to know
	ask      func(*answers) float64
	// least is what it never goes below: it could not say that there is less.
	least float64
}

// answers are what one subject was told; 0 is none.
type answers struct {
	inside.Beliefs
	nproc, getconf, free float64
}

var sources = []source{
	{"affinity", "sched_getaffinity(2)", sandbox.CPU, func(a *answers) float64 { return float64(a.Affinity) }, 1},
	{"nproc", "nproc", sandbox.CPU, func(a *answers) float64 { return a.nproc }, 1},
	{"getconf", "getconf: the C library's sysconf(3)", sandbox.CPU, func(a *answers) float64 { return a.getconf }, 1},
	{"online", "/sys/devices/system/cpu/online", sandbox.CPU, func(a *answers) float64 { return float64(a.Online) }, 1},
	{"cpuinfo", "/proc/cpuinfo", sandbox.CPU, func(a *answers) float64 { return float64(a.CPUInfo) }, 1},
	{"numcpu", "Go's runtime.NumCPU", sandbox.CPU, func(a *answers) float64 { return float64(a.NumCPU) }, 1},
	{"gomaxprocs", "Go's GOMAXPROCS, which reads the cgroup", sandbox.CPU, func(a *answers) float64 { return float64(a.GOMAXPROCS) }, 2},
	{"meminfo", "/proc/meminfo", sandbox.Memory, func(a *answers) float64 { return float64(a.MemTotal) }, 0},
	{"sysinfo", "sysinfo(2)", sandbox.Memory, func(a *answers) float64 { return float64(a.TotalRAM) }, 0},
	{"free", "free", sandbox.Memory, func(a *answers) float64 { return a.free }, 0},
}

func runWhatItBelieves(ctx context.Context, t *Trial) error {
	talk, told, err := t.believes(ctx, t.Subject)
	if err != nil {
		return err
	}
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	_, host, err := t.believes(ctx, plain)
	if err != nil {
		return err
	}
	now, err := t.Facts(ctx, talk.Process)
	if err != nil {
		return err
	}
	limits := map[sandbox.Layer]float64{}
	for _, l := range []sandbox.Layer{sandbox.CPU, sandbox.Memory} {
		limits[l] = math.Inf(1)
		if v, ok := now.Limit(string(l)); ok && t.has(l) {
			limits[l] = v
		}
	}
	for _, s := range sources {
		t.believed(s, s.ask(&told), s.ask(&host), limits[s.of])
	}
	return t.judgeBeliefs(limits)
}

// believes asks everybody. The act's process stays.
func (t *Trial) believes(ctx context.Context, s Subject) (*Talk, answers, error) {
	var a answers
	talk, err := t.talkIn(ctx, s, "what-it-believes", struct{}{})
	if err != nil {
		return nil, a, err
	}
	if err := talk.Hear(ctx, &a.Beliefs); err != nil {
		return nil, a, err
	}
	for _, p := range []struct {
		to   *float64
		args []string
		from func(string) float64
	}{
		{&a.nproc, []string{"nproc"}, firstNumber},
		{&a.getconf, []string{"getconf", "_NPROCESSORS_ONLN"}, firstNumber},
		{&a.free, []string{"free", "-b"}, func(out string) float64 {
			_, mem, _ := strings.Cut(out, "Mem:")
			return firstNumber(mem)
		}},
	} {
		out, err := printed(ctx, s, p.args...)
		if err != nil {
			return nil, a, err
		}
		*p.to = p.from(out)
	}
	return talk, a, nil
}

// firstNumber is 0 when the first word is none.
func firstNumber(text string) float64 {
	if words := strings.Fields(text); len(words) > 0 {
		if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
			return float64(n)
		}
	}
	return 0
}

// printLimit bounds what is read of what a program prints, in bytes.
const printLimit = 4 << 10

// printed runs a program inside and returns what it prints, "" when it is not
// installed there or may not be executed.
func printed(ctx context.Context, s Subject, args ...string) (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	p, err := s.Start(ctx, Command{Args: args, Stdout: w})
	w.Close()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	r.SetReadDeadline(time.Now().Add(silence))
	out, _ := io.ReadAll(io.LimitReader(r, printLimit))
	r.Close() // whoever says more gets SIGPIPE
	wait, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	if _, err := p.Wait(wait); err != nil {
		return "", errors.Join(err, p.Signal(syscall.SIGKILL))
	}
	return string(out), nil
}

// believed notes what one source said.
func (t *Trial) believed(s source, told, host, limit float64) {
	o := Observation{ID: s.id, What: s.what, Inside: amount(s.of, told), Host: amount(s.of, host) + ", " + limitWords(s.of, limit), Outcome: Open}
	share := max(math.Ceil(limit), s.least)
	switch {
	case told <= 0:
		o.Inside, o.Outcome = "not to be had", NotApplicable
	case share < host && told <= share:
		o.Outcome, o.By = Limited, s.of
	case share >= host && !math.IsInf(limit, 1):
		o.Host += fmt.Sprintf("; it never says less than %s here", amount(s.of, min(host, share)))
		o.Outcome = NotApplicable
	}
	t.see(o)
	if told > 0 {
		t.count(s.id, s.what, told, unitOf(s.of))
	}
}

func unitOf(l sandbox.Layer) string {
	if l == sandbox.Memory {
		return "bytes"
	}
	return "CPU"
}

func amount(l sandbox.Layer, n float64) string {
	if l == sandbox.Memory {
		return fmt.Sprintf("%.0f MiB", n/(1<<20))
	}
	return Amount(n, "CPU")
}

func limitWords(l sandbox.Layer, limit float64) string {
	if math.IsInf(limit, 1) {
		return "no limit"
	}
	return "limit " + amount(l, limit)
}

func (t *Trial) judgeBeliefs(limits map[sandbox.Layer]float64) error {
	var whole, share []string
	for _, o := range t.Observations {
		switch o.Outcome {
		case Open:
			whole = append(whole, o.What)
		case Limited:
			share = append(share, o.What)
		}
	}
	if math.IsInf(limits[sandbox.CPU], 1) && math.IsInf(limits[sandbox.Memory], 1) {
		return t.conclude(t.worst(), "nothing is limited, and everybody inside says how large the machine is")
	}
	switch {
	case len(share) == 0:
		return t.conclude(t.worst(), "nobody inside knows of the limits: %s", strings.Join(whole, ", "))
	case len(whole) == 0:
		return t.conclude(t.worst(), "everybody inside knows of the limits: %s", strings.Join(share, ", "))
	}
	return t.conclude(t.worst(), "of the limits know: %s; of the whole machine tell: %s", strings.Join(share, ", "), strings.Join(whole, ", "))
}
