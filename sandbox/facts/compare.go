package facts

import (
	"cmp"
	"strconv"
	"strings"
)

// Compare sets two processes side by side: the host's, usually from [Self],
// and one that may be inside something. Each path adds a row for the mount
// that holds it on either side. A list of processes is compared only when the
// inside's was read ([WithProcesses]).
func Compare(host, inside Facts, paths ...string) Board {
	kinds := boardKinds(inside, paths)
	if apart(host, inside) {
		kinds = append(kernelKinds(), kinds...)
	}
	rows := make([]Row, len(kinds))
	for i, k := range kinds {
		rows[i] = k.row(host, inside)
	}
	return Board{Rows: rows}
}

// kind is one row of the board: what it depends on and how it compares.
type kind struct {
	id, label, layer string
	// also are the other layers that can change the row, with blanks between.
	also string
	// varies says that cells differ where layers do not.
	varies bool
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
		ID: Clean(k.id), Label: Clean(k.label), Layer: k.layer, Also: strings.Fields(k.also), Varies: k.varies,
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
		kind{"pid", "pid", "pid", "", true, "pid", "pid", comparePID},
	)
	if inside.Processes != nil {
		kinds = append(kinds, kind{"processes", "processes", "pid", "", true, "processes", "pid", compareProcesses})
	}
	kinds = append(kinds,
		// A root of its own has other mounts, which in a user namespace are put
		// together in another way; a new /proc has none of those below the
		// host's; each mask is a mount.
		kind{"mounts", "mounts", "mount", "root user pid net masks", false, "mounts", "mount", compareMounts},
		kind{"root", "/", "root", "", true, "root", "", compareRoot},
	)
	for _, path := range paths {
		kinds = append(kinds, pathKind(path))
	}
	kinds = append(kinds,
		kind{"hostname", "hostname", "uts", "", false, "hostname", "uts", ownedBy("uts", func(f Facts) string { return f.Hostname })},
		kind{"interfaces", "interfaces", "net", "", false, "interfaces", "net", ownedBy("net", interfaceNames)},
		kind{"boot", "boot time", "time", "", true, "boot", "time", ownedBy("time", bootTime)},
		kind{"uid", "uid 0 is", "user", "", false, "uid", "user", compareRootID(func(f Facts) []IDRange { return f.UIDMap })},
		kind{"gid", "gid 0 is", "user", "", false, "gid", "user", compareRootID(func(f Facts) []IDRange { return f.GIDMap })},
		kind{"runs_as", "runs as uid", "user", "", false, "uid", "user", compareRunsAs},
	)
	for _, limit := range limitKinds {
		kinds = append(kinds, kind{limit.row(), limit.layer, limit.layer, "", false, limit.row(), "", compareLimit(limit)})
	}
	return append(kinds,
		// Every sandbox has a cgroup where one can be had, to be ended by; on
		// v1, and for a user to whom nothing is delegated, only a limit does.
		kind{"cgroup", "cgroup", "", "memory cpu pids io", true, "cgroup", "", compareCgroup},
		kind{"cgroup_path", "cgroup path", "cgroup", "", true, "cgroup", "cgroup", compareCgroupPath},
		// A new user namespace begins with full sets, over what it owns.
		kind{"capabilities", "capabilities", "capabilities", "user", false, "", "user", compareSet(func(c Capabilities) []string { return c.Effective })},
		kind{"bounding", "bounding set", "capabilities", "user", false, "", "user", compareSet(func(c Capabilities) []string { return c.Bounding })},
		kind{"no_new_privs", "no new privs", "no-new-privs", "", false, "", "", compareNoNewPrivs},
		kind{"seccomp", "seccomp", "seccomp", "", false, "", "", compareSeccomp},
		kind{"landlock", "landlock", "landlock", "", false, "landlock", "", compareLandlock},
		// Where the host's side is a container itself, a new /proc or root is
		// without the masks that lie on its own.
		kind{"masks", "masked paths", "masks", "root pid net", false, "mounts", "mount", compareMasks},
		kind{"lsm", "lsm label", "", "", false, "lsm", "", compareLSM},
	)
}

func namespaceKind(ns Namespace) kind {
	show := func(f Facts) string { return strconv.FormatUint(f.Namespaces[ns], 10) }
	return kind{ns.row(), string(ns) + " ns", string(ns), "", true, ns.row(), ns, ownedBy(ns, show)}
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
	case apart(host, inside): // every kernel numbers its first namespaces alike
		return Own
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
	if apart(host, inside) {
		v.host = "none"
	}
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
