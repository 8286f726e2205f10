package facts

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Frozen tells whether all that is in one of the cgroups stands still: for v2 by
// cgroup.events, for v1 by the freezer's state; cgroups(7).
func Frozen(groups []Cgroup) (bool, error) { return frozen(groups, os.DirFS("/")) }

func frozen(groups []Cgroup, files fs.FS) (bool, error) {
	asked := false
	for _, c := range groups {
		file, stopped := "", ""
		switch {
		case c.Dir == "":
		case c.Hierarchy == Unified:
			file, stopped = "cgroup.events", "frozen 1"
		case c.has("freezer"):
			file, stopped = "freezer.state", "FROZEN"
		}
		if file == "" {
			continue
		}
		text, err := fs.ReadFile(files, strings.TrimPrefix(path.Join(c.Dir, file), "/"))
		if err != nil { // the root of a hierarchy has no such file
			continue
		}
		if asked = true; slices.Contains(strings.Split(string(text), "\n"), stopped) {
			return true, nil
		}
	}
	if !asked {
		return false, errors.New("it is in no cgroup that could be frozen")
	}
	return false, nil
}
