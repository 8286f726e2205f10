package facts

import (
	"cmp"
	"slices"
	"strconv"
)

// Compare sets two processes side by side: the host's, usually from [Self],
// and one that may be inside something. Each path adds a row for the mount
// that holds it on either side. A list of processes is compared only when the
// inside's was read ([WithProcesses]).
func Compare(host, inside Facts, paths ...string) Board {
	kinds := boardKinds(inside, paths)
	rows := make([]Row, len(kinds))
	for i, k := range kinds {
		rows[i] = k.row(host, inside)
	}
	return Board{Rows: rows}
}

// kind is one row of the board: what it depends on and how it compares.
type kind struct {
	id, label, layer string
	// cell is the key in [Facts.Unreadable] under which a side has nothing to
	// show, and ns the namespace without which there may be no verdict. Either
	// may be empty.
	cell    string
	ns      Namespace
	compare func(host, inside Facts) verdict
}

// verdict is the part of a row that is worked out.
type verdict struct{ host, inside, word, note string }

func (k kind) row(host, inside Facts) Row {
	v := k.compare(host, inside)
	if why, missing := host.Unreadable[k.cell]; missing {
		v.host, v.word, v.note = unreadable, Unknown, "host: "+why
	}
	if why, missing := inside.Unreadable[k.cell]; missing {
		v.inside, v.word, v.note = unreadable, Unknown, why
	}
	if v.word == Unknown && v.note == "" {
		v.note = cmp.Or(inside.Unreadable[k.ns.row()], host.Unreadable[k.ns.row()])
	}
	return Row{
		ID: Clean(k.id), Label: Clean(k.label), Layer: k.layer,
		Host: Clean(v.host), Inside: Clean(v.inside), Word: v.word, Note: Clean(v.note),
	}
}

// boardKinds is the board, top to bottom: what the process sees, what it may
// use, what it may do.
func boardKinds(inside Facts, paths []string) []kind {
	kinds := make([]kind, 0, 40)
	for _, ns := range namespaces {
		kinds = append(kinds, namespaceKind(ns))
	}
	kinds = append(kinds,
		kind{"pid", "pid", "pid", "pid", "pid", comparePID},
	)
	if inside.Processes != nil {
		kinds = append(kinds, kind{"processes", "processes", "pid", "processes", "pid", compareProcesses})
	}
	kinds = append(kinds,
		kind{"mounts", "mounts", "mount", "mounts", "mount", compareMounts},
		kind{"root", "/", "root", "root", "", compareRoot},
	)
	for _, path := range paths {
		kinds = append(kinds, pathKind(path))
	}
	kinds = append(kinds,
		kind{"hostname", "hostname", "uts", "hostname", "uts", ownedBy("uts", func(f Facts) string { return f.Hostname })},
		kind{"interfaces", "interfaces", "net", "interfaces", "net", ownedBy("net", interfaceNames)},
		kind{"boot", "boot time", "time", "boot", "time", ownedBy("time", bootTime)},
		kind{"uid", "uid 0 is", "user", "uid", "user", compareRootID(func(f Facts) []IDRange { return f.UIDMap })},
		kind{"gid", "gid 0 is", "user", "gid", "user", compareRootID(func(f Facts) []IDRange { return f.GIDMap })},
		kind{"runs_as", "runs as uid", "user", "uid", "user", compareRunsAs},
	)
	for _, limit := range limitKinds {
		kinds = append(kinds, kind{limit.row(), limit.layer, limit.layer, limit.row(), "", compareLimit(limit)})
	}
	return append(kinds,
		kind{"cgroup", "cgroup", "cgroup", "cgroup", "", compareCgroup},
		kind{"capabilities", "capabilities", "capabilities", "", "user", compareSet(func(c Capabilities) []string { return c.Effective })},
		kind{"bounding", "bounding set", "capabilities", "", "user", compareSet(func(c Capabilities) []string { return c.Bounding })},
		kind{"no_new_privs", "no new privs", "no-new-privs", "", "", compareNoNewPrivs},
		kind{"seccomp", "seccomp", "seccomp", "", "", compareSeccomp},
		kind{"masks", "masked paths", "masks", "mounts", "mount", compareMasks},
		kind{"lsm", "lsm label", "", "lsm", "", compareLSM},
	)
}

func namespaceKind(ns Namespace) kind {
	show := func(f Facts) string { return strconv.FormatUint(f.Namespaces[ns], 10) }
	return kind{ns.row(), string(ns) + " ns", string(ns), ns.row(), ns, ownedBy(ns, show)}
}

// ownedBy compares what belongs to a namespace: it is the sandbox's own
// exactly when the namespace is.
func ownedBy(ns Namespace, show func(Facts) string) func(host, inside Facts) verdict {
	return func(host, inside Facts) verdict {
		return verdict{host: show(host), inside: show(inside), word: sharing(host, inside, ns)}
	}
}

// sharing says whether two processes are in one namespace of a kind.
func sharing(host, inside Facts, ns Namespace) string {
	a, b := host.Namespaces[ns], inside.Namespaces[ns]
	switch {
	case a == 0 || b == 0:
		return Unknown
	case a == b:
		return Shared
	}
	return Own
}

// comparePID is about one process, the inside's, by the host's count and by
// its own.
func comparePID(host, inside Facts) verdict {
	v := verdict{host: strconv.Itoa(inside.PID), inside: unreadable, word: sharing(host, inside, "pid")}
	if n := len(inside.NSPIDs); n > 0 {
		v.inside = strconv.Itoa(inside.NSPIDs[n-1])
	}
	return v
}

func compareProcesses(host, inside Facts) verdict {
	v := verdict{host: unreadable, inside: strconv.Itoa(len(inside.Processes)), word: sharing(host, inside, "pid")}
	if host.Processes != nil {
		v.host = strconv.Itoa(len(host.Processes))
	}
	return v
}

// compareNoNewPrivs: the bit can be set and never cleared.
func compareNoNewPrivs(host, inside Facts) verdict {
	v := verdict{host: yesNo(host.NoNewPrivs), inside: yesNo(inside.NoNewPrivs), word: Limited}
	switch {
	case !inside.NoNewPrivs:
		v.word = None
	case host.NoNewPrivs:
		v.word = Shared
	}
	return v
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func compareSeccomp(host, inside Facts) verdict {
	v := verdict{host: seccompText(host), inside: seccompText(inside), word: Limited}
	switch {
	case inside.Seccomp == "disabled":
		v.word = None
	case v.inside == v.host:
		v.word = Shared
	}
	return v
}

func seccompText(f Facts) string {
	switch f.SeccompFilters {
	case 0:
		return f.Seccomp
	case 1:
		return "1 filter"
	}
	return strconv.Itoa(f.SeccompFilters) + " filters"
}

func compareLSM(host, inside Facts) verdict {
	v := verdict{host: orNone(host.LSM), inside: orNone(inside.LSM), word: Own}
	switch {
	case inside.LSM == "":
		v.word = None
	case inside.LSM == host.LSM:
		v.word = Shared
	}
	return v
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// compareSet compares one set of capabilities. In a user namespace of its own
// even a full set is another thing: it counts only over what that owns.
func compareSet(set func(Capabilities) []string) func(host, inside Facts) verdict {
	return func(host, inside Facts) verdict {
		h, i := set(host.Capabilities), set(inside.Capabilities)
		v := verdict{host: strconv.Itoa(len(h)), inside: strconv.Itoa(len(i)), word: Own}
		users := sharing(host, inside, "user")
		if users == Own {
			v.note = "counts only over what its user namespace owns"
		}
		switch {
		case len(i) == 0:
			v.word, v.note = None, ""
		case len(i) < len(h) && subset(i, h):
			v.word = Fewer
		case slices.Equal(i, h):
			v.word = users
		}
		return v
	}
}

func subset(part, whole []string) bool {
	for _, name := range part {
		if !slices.Contains(whole, name) {
			return false
		}
	}
	return true
}
