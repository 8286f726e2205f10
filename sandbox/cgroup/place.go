package cgroup

import (
	"path"
	"slices"
	"strings"
)

// Place says where on this machine the caller may make groups. [Look] reads
// it; it is plain data.
type Place struct {
	Mode Mode `json:"mode"`
	// Own is the caller's own cgroup in the v2 hierarchy if it may make
	// groups there, else "". Groups that only track are made in it.
	Own string `json:"own,omitempty"`
	// Controllers are memory, cpu, pids, io and freezer, each with its place
	// or with the reason why there is none.
	Controllers []Controller `json:"controllers"`
	// Parents are the cgroups of the v2 hierarchy below which groups with
	// limits can be made, the nearest to the caller first.
	Parents []Parent `json:"parents,omitempty"`
	// Scope is what systemd offers, nil without it.
	Scope *Scope `json:"scope,omitempty"`
	// Accounting is where v1 counts processor time, "" when that is nowhere.
	Accounting string `json:"accounting,omitempty"`
	// SwapUncounted tells that v1 counts memory without swap.
	SwapUncounted bool `json:"swap_uncounted,omitempty"`
}

// Controller is where groups with one controller can be made.
type Controller struct {
	Name    string `json:"name"`
	Version int    `json:"version,omitempty"` // 1 or 2, 0 when it cannot be had
	Dir     string `json:"dir,omitempty"`     // the directory in which groups can be made
	Why     string `json:"why,omitempty"`     // what stands in the way
	Remedy  string `json:"remedy,omitempty"`
}

// Missing is the error of a controller that cannot be had, nil of one that can.
func (c Controller) Missing() error {
	if c.Version != 0 {
		return nil
	}
	return &MissingError{Controller: c.Name, Why: c.Why, Remedy: c.Remedy}
}

// Parent is a cgroup of the v2 hierarchy in which the caller may make groups.
type Parent struct {
	Dir string `json:"dir"`
	// Controllers are those that groups in it have or can be given.
	Controllers []string `json:"controllers"`
	// Enable are those of them that its cgroup.subtree_control has to be
	// given first.
	Enable []string `json:"enable,omitempty"`
}

// Scope is a systemd that starts transient scopes and delegates them.
type Scope struct {
	Bus         string   `json:"bus"`   // the socket of the bus: the user's, or the system's for root
	Slice       string   `json:"slice"` // the unit that scopes are put under
	Dir         string   `json:"dir"`   // the slice's cgroup
	Controllers []string `json:"controllers"`
}

// option tells systemd-run(1) which systemd it is.
func (s Scope) option() string {
	if s.Slice == userSlice {
		return " --user"
	}
	return ""
}

// The slices that scopes are put under; systemd.special(7).
const (
	systemSlice = "system.slice"
	userSlice   = "app.slice"
)

// Controller finds a controller by its name.
func (p Place) Controller(name string) Controller {
	i := slices.IndexFunc(p.Controllers, func(c Controller) bool { return c.Name == name })
	if i < 0 {
		return Controller{Name: name, Why: "tentpole does not know it"}
	}
	return p.Controllers[i]
}

// Directories lists where groups of tentpole's may lie, so that those of
// owners that are no more can be found. A scope is removed by systemd.
func (p Place) Directories() []string {
	var dirs []string
	add := func(dir string) {
		if dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	add(p.Own)
	for _, parent := range p.Parents {
		add(parent.Dir)
	}
	for _, c := range p.Controllers {
		if c.Version == 1 {
			add(c.Dir)
		}
	}
	add(p.Accounting)
	return dirs
}

// carrier chooses what will carry the controllers on v2: a parent, or else a
// scope (nil, nil: nothing can). Below its own cgroup nobody is in the
// caller's way. Farther up, systemd is asked first if it is there: it takes
// controllers away again from what it does not know of.
func (p Place) carrier(needed []string) (*Parent, *Scope) {
	i := slices.IndexFunc(p.Parents, func(parent Parent) bool { return covers(parent.Controllers, needed) })
	if p.Scope != nil && covers(p.Scope.Controllers, needed) && (i < 0 || p.Parents[i].Dir != p.Own) {
		return nil, p.Scope
	}
	if i < 0 {
		return nil, nil
	}
	return &p.Parents[i], nil
}

func covers(all, needed []string) bool {
	return !slices.ContainsFunc(needed, func(n string) bool { return !slices.Contains(all, n) })
}

// prefix begins the name of each directory that tentpole makes.
const prefix = "tentpole-"

// within gives the part of a path below top, "" for top itself.
func within(name, top string) (rest string, ok bool) {
	if name == top {
		return "", true
	}
	return strings.CutPrefix(name, strings.TrimSuffix(top, "/")+"/")
}

// above lists a directory and those it lies in, up to top.
func above(dir, top string) []string {
	list := []string{dir}
	for dir != top && strings.HasPrefix(dir, top) {
		dir = path.Dir(dir)
		list = append(list, dir)
	}
	return list
}
