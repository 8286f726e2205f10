package experiment

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var leaks = Info{
	ID:       "leaks",
	Question: "What still tells about the host?",
	Inside:   "reads about sixty files and values that describe the machine, its kernel, its use and its owner's directories",
	Host:     "reads the same before and after, in a plain process of the same user",
	Rule:     "open when all that can be compared is the host's, limited when a part of it is, contained when nothing is; what grows is the host's when it lies between the two readings outside",
	Control:  "what is not on this machine, or is not told to this user, is not counted",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.PID, sandbox.Net, sandbox.Time, sandbox.Cgroup, sandbox.Masks},
	Needs:    []string{},
	Seconds:  0.1,
	run:      runLeaks,
}

func runLeaks(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	given := inside.Look{Paths: leakPaths(), Limit: 16 << 10}
	outside, err := t.talkIn(ctx, plain, "glance", given)
	if err != nil {
		return err
	}
	before, err := outside.glance(ctx)
	if err != nil {
		return err
	}
	within, err := t.talk(ctx, "glance", given)
	if err != nil {
		return err
	}
	in, err := within.glance(ctx)
	if err != nil {
		return err
	}
	if err := outside.Say(true); err != nil {
		return err
	}
	after, err := outside.glance(ctx)
	if err != nil {
		return err
	}
	for _, sign := range leakSigns {
		t.seeLeak(sign, before, in, after)
	}
	t.seePaths(before, in)
	t.seeGroups(in, within.Process.PID())
	return t.concludeLeaks()
}

// seeLeak compares one sign.
func (t *Trial) seeLeak(sign leakSign, before, in, after glance) {
	first, could := sign.of(before)
	last, _ := sign.of(after)
	text, seen := sign.of(in)
	o := NotApplicable
	if could {
		o = sign.outcome(text, seen, first, last)
	}
	t.see(Observation{ID: sign.id, What: sign.what, Inside: orNot(text, seen), Host: orNot(first, could), Outcome: o})
}

// outcome takes a text for the host's when it is what the host reads, and a
// number that grows when it lies between what the host reads before and after.
// What is another one each time tells nothing.
func (s leakSign) outcome(text string, seen bool, first, last string) Outcome {
	switch {
	case !seen:
		return Contained
	case text == first || text == last:
		return Open
	case s.grows && liesBetween(first, text, last):
		return Open
	case s.grows && !liesBetween(first, first, last) || !s.grows && first != last:
		return NotApplicable
	}
	return Contained
}

func liesBetween(first, text, last string) bool {
	low, err1 := strconv.ParseFloat(first, 64)
	now, err2 := strconv.ParseFloat(text, 64)
	high, err3 := strconv.ParseFloat(last, 64)
	return err1 == nil && err2 == nil && err3 == nil && low <= now && now <= high
}

// seePaths looks for directories of the host's in the table of mounts: an
// overlay names its own, and a bind mount the one it shows; proc(5). Where the
// places of mounts are the host's, the whole table is.
func (t *Trial) seePaths(before, in glance) {
	text, ok := in.text("/proc/self/mountinfo")
	host, _ := before.text("/proc/self/mountinfo")
	told := namedPaths(text)
	o, say := Contained, fewPaths(told)
	switch {
	case !ok:
		o, say = NotApplicable, "not told"
	case columnOf(4)(text) == columnOf(4)(host):
		o, say = Open, "the host's own table"
	case len(told) > 0:
		o = Open
	}
	t.see(Observation{ID: "paths", What: "the host's directories, in /proc/self/mountinfo", Inside: say, Host: "they are its own", Outcome: o})
}

// fewPaths counts the paths and names the longest ones, which lead farthest.
func fewPaths(paths []string) string {
	const enough = 3
	if len(paths) == 0 {
		return "none"
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return fmt.Sprintf("%d, such as %s", len(paths), strings.Join(paths[:min(len(paths), enough)], " "))
}

// pseudo are file systems whose directories are not on any disk.
var pseudo = []string{"proc", "sysfs", "cgroup", "cgroup2", "tmpfs", "devtmpfs", "devpts", "mqueue", "nsfs"}

// namedPaths are the directories that lines name beside the place of the mount.
func namedPaths(mountinfo string) (told []string) {
	for line := range strings.Lines(mountinfo) {
		before, after, _ := strings.Cut(line, " - ")
		where, what := strings.Fields(before), strings.Fields(after)
		if len(where) < 6 || len(what) < 3 {
			continue
		}
		if root := where[3]; root != "/" && !slices.Contains(pseudo, what[0]) {
			told = append(told, root)
		}
		if what[0] == "overlay" {
			told = append(told, overlayPaths(what[2])...)
		}
	}
	slices.Sort(told)
	return slices.Compact(told)
}

func overlayPaths(options string) (told []string) {
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		if !slices.Contains([]string{"lowerdir", "lowerdir+", "upperdir", "workdir"}, key) {
			continue
		}
		for path := range strings.SplitSeq(value, ":") {
			if strings.HasPrefix(path, "/") && path != "/" {
				told = append(told, path)
			}
		}
	}
	return told
}

// seeGroups compares the groups that the process reads of itself with those that
// the host reads of it; cgroup_namespaces(7).
func (t *Trial) seeGroups(in glance, pid int) {
	text, ok := in.text("/proc/self/cgroup")
	host, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	o := Contained
	switch {
	case !ok || err != nil || !strings.Contains(string(host), ":/"):
		o = NotApplicable
	case text == string(host):
		o = Open
	}
	t.see(Observation{ID: "cgroup", What: "its place in the host's tree of groups, in /proc/self/cgroup", Inside: shortText(text), Host: shortText(string(host)), Outcome: o})
}

func (t *Trial) concludeLeaks() error {
	var told, hidden []string
	for _, o := range t.Observations {
		switch o.Outcome {
		case Open:
			told = append(told, o.ID)
		case Contained:
			hidden = append(hidden, o.ID)
		}
	}
	all := len(told) + len(hidden)
	t.count("leaks", "signs that tell about the host", float64(len(told)), "")
	t.count("signs", "signs that could be compared", float64(all), "")
	said := fmt.Sprintf("%d of %d signs tell about the host", len(told), all)
	switch {
	case all == 0:
		return cannot("nothing of it can be read by this user on this machine")
	case len(hidden) == 0:
		return t.conclude(Open, "%s: all of them", said)
	case len(told) == 0:
		return t.conclude(Contained, "%s", said)
	}
	return t.conclude(Limited, "%s; kept from it: %s", said, strings.Join(hidden, " "))
}
