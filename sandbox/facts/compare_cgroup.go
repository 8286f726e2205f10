package facts

import (
	"math"
	"slices"
)

// compareCgroup shows one hierarchy of several: one in which the two are
// apart, if there is one, and of those the one that says most.
func compareCgroup(host, inside Facts) verdict {
	if len(host.Cgroups) == 0 || len(inside.Cgroups) == 0 {
		return verdict{unreadable, unreadable, Unknown, "no cgroup hierarchy on this machine"}
	}
	paths := make(map[string]string, len(host.Cgroups))
	for _, c := range host.Cgroups {
		paths[c.Hierarchy] = c.Path
	}
	byWeight := byWeight(inside.Cgroups)
	for _, c := range byWeight {
		if paths[c.Hierarchy] != c.Path {
			return verdict{paths[c.Hierarchy], c.Path, Own, "hierarchy " + c.Hierarchy}
		}
	}
	path := byWeight[0].Path
	return verdict{host: path, inside: path, word: Shared}
}

// compareCgroupPath is about one process, the inside's: its cgroup from the
// reader's cgroup namespace, and as it finds itself, from its own.
func compareCgroupPath(host, inside Facts) verdict {
	if len(inside.Cgroups) == 0 {
		return verdict{unreadable, unreadable, Unknown, "no cgroup hierarchy on this machine"}
	}
	c := inside.shownCgroup()
	v := verdict{host: c.Path, inside: c.Inside, word: sharing(host, inside, "cgroup"), note: "hierarchy " + c.Hierarchy}
	if c.Inside == "" {
		v.inside, v.note = unreadable, inside.Unreadable["cgroup_path"]
	}
	return v
}

// shownCgroup is the process's cgroup in the hierarchy that says most: one in
// which it has left the root, if there is one.
func (f Facts) shownCgroup() Cgroup {
	byWeight := byWeight(f.Cgroups)
	for _, c := range byWeight {
		if c.Path != "/" {
			return c
		}
	}
	return byWeight[0]
}

func byWeight(groups []Cgroup) []Cgroup {
	return slices.SortedStableFunc(slices.Values(groups), func(a, b Cgroup) int { return a.weight() - b.weight() })
}

// weight orders hierarchies for display, the telling ones first.
func (c Cgroup) weight() int {
	telling := []string{Unified, "memory", "cpu", "pids"}
	for i, name := range telling {
		if c.has(name) {
			return i
		}
	}
	return len(telling)
}

// compareLimit compares the limits that hold, wherever they are set.
func compareLimit(k limitKind) func(host, inside Facts) verdict {
	return func(host, inside Facts) verdict {
		h, hostOK := host.limitOf(k)
		i, insideOK := inside.limitOf(k)
		v := verdict{host: limitText(k, h, hostOK), inside: limitText(k, i, insideOK), word: Limited}
		switch {
		case !insideOK:
			v.word, v.note = Unknown, "its "+k.layer+" cgroup is not mounted where the reader sees it"
		case math.IsInf(i.value, 1):
			v.word = None
		case !hostOK:
			v.word, v.note = Unknown, "the host's "+k.layer+" cgroup is not mounted where the reader sees it"
		case sameLimit(h, i):
			v.word = Shared
		}
		if i.inherited {
			v.note = "set on a cgroup above"
		}
		return v
	}
}

// sameLimit reports one limit that holds for both: they are in one cgroup, or
// below one.
func sameLimit(host, inside held) bool {
	return host.value == inside.value &&
		(inside.inherited || host.in.Hierarchy == inside.in.Hierarchy && host.in.Path == inside.in.Path)
}

func limitText(k limitKind, h held, ok bool) string {
	switch {
	case !ok:
		return unreadable
	case math.IsInf(h.value, 1):
		return "no limit"
	}
	return k.show(h.files)
}
