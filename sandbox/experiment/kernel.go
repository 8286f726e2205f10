package experiment

import (
	"context"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var oneKernel = Info{
	ID:       "kernel",
	Question: "Whose kernel answers inside?",
	Inside:   "asks the kernel for its release, its version and the id of this boot, and looks at its log, modules and symbols",
	Host:     "asks the same at the same time",
	Rule:     "open as long as release, version and boot id are the host's: one kernel answers both; contained when another one answers",
	Control:  "the host's answers come from a plain process of the same user: what is refused there proves nothing",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.Capabilities, sandbox.Seccomp},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runKernel,
}

const bootID = "/proc/sys/kernel/random/boot_id"

// kernelSigns are what tells one kernel from another. Those that identify it
// decide; the others may be kept from whoever is inside by one and the same
// kernel.
var kernelSigns = []struct {
	id, what   string
	identifies bool
	of         func(glance) (string, bool)
}{
	{"release", "release, by uname", true, valueOf("release")},
	{"version", "version, by uname", true, valueOf("version")},
	{"boot-id", "id of this boot", true, contentOf(bootID)},
	{"banner", "/proc/version", true, contentOf("/proc/version")},
	{"log", "size of the kernel's log, by syslog", false, valueOf("log")},
	{"modules", "modules that are loaded", false, firstFieldsOf("/proc/modules", 0)},
	{"symbols", "first symbols of the kernel", false, firstFieldsOf("/proc/kallsyms", 2)},
}

func valueOf(name string) func(glance) (string, bool) {
	return func(v glance) (string, bool) { text, ok := v.values[name]; return text, ok }
}

func contentOf(path string) func(glance) (string, bool) {
	return func(v glance) (string, bool) {
		text, ok := v.text(path)
		return strings.TrimSpace(text), ok && text != ""
	}
}

// firstFields takes one column of the first lines: addresses and counts beside
// it differ by who asks, and when.
func firstFieldsOf(path string, column int) func(glance) (string, bool) {
	return func(v glance) (string, bool) {
		text, ok := v.text(path)
		var out []string
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > column && len(out) < 4 {
				out = append(out, f[column])
			}
		}
		return strings.Join(out, " "), ok && len(out) > 0
	}
}

func runKernel(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	given := inside.Look{Paths: []string{bootID, "/proc/version", "/proc/modules", "/proc/kallsyms"}, Limit: 2048}
	outside, err := lookFrom(ctx, plain, given)
	if err != nil {
		return err
	}
	within, err := lookFrom(ctx, t.Subject, given)
	if err != nil {
		return err
	}
	same, another := 0, 0
	for _, sign := range kernelSigns {
		in, seen := sign.of(within)
		out, could := sign.of(outside)
		o := sameOutcome(in, seen, out, could)
		if sign.identifies && o == Open {
			same++
		}
		if sign.identifies && seen && o == Contained {
			another++
		}
		t.see(Observation{ID: sign.id, What: sign.what, Inside: orNot(in, seen), Host: orNot(out, could), Outcome: o})
	}
	t.count("same", "signs of the kernel that are the host's", float64(same), "")
	if another > 0 || same == 0 {
		return t.conclude(Contained, "another kernel answers inside: %s", within.values["release"])
	}
	return t.conclude(Open, "one kernel answers both: %s, by %s", outside.values["release"], facts.Count(same, "sign"))
}

// sameOutcome is open where both say the same, contained where the inside says
// something else or nothing, and n/a where the host says nothing either.
func sameOutcome(in string, seen bool, out string, could bool) Outcome {
	switch {
	case !could:
		return NotApplicable
	case seen && in == out:
		return Open
	}
	return Contained
}

func orNot(text string, ok bool) string {
	if !ok {
		return "not told"
	}
	return shortText(text)
}
