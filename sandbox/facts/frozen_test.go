package facts

import "testing"

func TestFrozen(t *testing.T) {
	unified := Cgroup{Hierarchy: Unified, Path: "/tent", Dir: "/u/tent"}
	freezer := Cgroup{Hierarchy: "freezer", Path: "/tent", Dir: "/f/tent"}
	for _, tt := range []struct {
		name   string
		groups []Cgroup
		files  map[string]string
		want   bool
		fails  bool
	}{
		{"v2, going", []Cgroup{unified}, map[string]string{"u/tent/cgroup.events": "populated 1\nfrozen 0\n"}, false, false},
		{"v2, frozen", []Cgroup{unified}, map[string]string{"u/tent/cgroup.events": "populated 1\nfrozen 1\n"}, true, false},
		{"v1, frozen", []Cgroup{freezer}, map[string]string{"f/tent/freezer.state": "FROZEN\n"}, true, false},
		{"v1, freezing", []Cgroup{freezer}, map[string]string{"f/tent/freezer.state": "FREEZING\n"}, false, false},
		{"hybrid, frozen by v1", []Cgroup{unified, freezer}, map[string]string{
			"u/tent/cgroup.events": "populated 1\nfrozen 0\n", "f/tent/freezer.state": "FROZEN\n"}, true, false},
		{"the root of a hierarchy", []Cgroup{unified}, nil, false, true},
		{"out of reach", []Cgroup{{Hierarchy: Unified, Path: "/tent"}}, nil, false, true},
	} {
		got, err := frozen(tt.groups, files(tt.files))
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}
