package facts

import "slices"

// The words of the board: how the inside stands to the host.
const (
	Shared  = "shared"  // the very same thing on both sides, or the same state
	Own     = "own"     // another one, only for the inside
	Limited = "limited" // a limit or a filter holds inside that does not hold on the host
	Mapped  = "mapped"  // an id that is another one outside
	Fewer   = "fewer"   // a part of what the host has
	None    = "none"    // there is none inside: no limit, no filter, nothing left, nothing mapped
	Unknown = "unknown" // one of the sides could not be read; the note says why
)

// unreadable stands in a cell that could not be read.
const unreadable = "?"

// Board is two processes side by side. Its strings are clean (see [Clean]).
type Board struct {
	Rows []Row `json:"rows"`
}

// Row compares one fact.
type Row struct {
	// ID names the row for good: "kernel" and "boot_id" where there are two,
	// "ns.mount" and its seven like, "pid",
	// "processes", "mounts", "root", "hostname", "interfaces", "boot", "uid",
	// "gid", "runs_as", "capabilities", "bounding", "no_new_privs", "seccomp",
	// "landlock", "masks", "lsm", "limits.memory", "limits.cpu",
	// "limits.pids", "limits.io", "cgroup", "cgroup_path", and "path:/tmp" for
	// a path asked for.
	ID     string `json:"id"`
	Label  string `json:"label"` // as people read it: "mount ns", "uid 0 is"
	Host   string `json:"host"`
	Inside string `json:"inside"`
	Word   string `json:"word"`            // one of the constants above
	Layer  string `json:"layer,omitempty"` // the layer that changes this row; empty for none
	// Also are other layers that can change the row when they are raised: a
	// root of its own has other mounts, say.
	Also []string `json:"also,omitempty"`
	// Varies says that the cells are another in any two sandboxes with the
	// same layers, such as the inode of a namespace: only the word compares.
	Varies bool   `json:"varies,omitempty"`
	Note   string `json:"note,omitempty"`
}

// Row finds a row by its id.
func (b Board) Row(id string) (Row, bool) {
	for _, r := range b.Rows {
		if r.ID == id {
			return r, true
		}
	}
	return Row{}, false
}

// DependsOn reports whether a layer can change the row.
func (r Row) DependsOn(layer string) bool { return r.Layer == layer || slices.Contains(r.Also, layer) }

// Changed lists, in board order, the ids of the rows whose inside or word is
// not what it was on an earlier board, and of those the earlier board lacks.
func (b Board) Changed(before Board) []string {
	old := make(map[string]Row, len(before.Rows))
	for _, r := range before.Rows {
		old[r.ID] = r
	}
	var ids []string
	for _, r := range b.Rows {
		was, had := old[r.ID]
		if !had || was.Inside != r.Inside || was.Word != r.Word {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
