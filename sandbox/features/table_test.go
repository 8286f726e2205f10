package features

import "testing"

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Table() {
		if seen[f.ID] {
			t.Errorf("%s is there twice", f.ID)
		}
		seen[f.ID] = true
		if len(f.ID) > 16 || len(f.What) > 51 {
			t.Errorf("%s, %q: too long for a table of 80 columns", f.ID, f.What)
		}
		if f.What == "" || f.Group == "" {
			t.Errorf("%s says too little of itself", f.ID)
		}
		if len(f.Layers) == 0 && f.Cost == "" && f.ID != "rights" {
			t.Errorf("%s: nothing is said to be lost without it", f.ID)
		}
		if f.Capability != "" {
			if _, ok := capabilityNamed(f.Capability); !ok {
				t.Errorf("%s: there is no capability %s", f.ID, f.Capability)
			}
		}
	}
	if first, last := table[0].ID, table[len(table)-1].ID; first != "process" || last != together {
		t.Errorf("the table begins with %s and ends with %s", first, last)
	}
	for _, l := range losses {
		if _, ok := capabilityNamed(l.capability); !ok {
			t.Errorf("there is no capability %s", l.capability)
		}
	}
	for id := range counted {
		feature(t, id)
	}
	for id := range modules {
		feature(t, id)
	}
}

func TestConcerns(t *testing.T) {
	root, user := caller{uid: 0, admin: true}, caller{uid: 1000}
	for _, c := range []struct {
		id         string
		root, user bool
	}{{"mount", true, true}, {"veth", true, true}, {"overlay", true, false}, {"overlay-user", false, true}} {
		f := feature(t, c.id)
		if f.concerns(root) != c.root || f.concerns(user) != c.user {
			t.Errorf("%s concerns root: %v, users: %v", c.id, f.concerns(root), f.concerns(user))
		}
	}
}

func TestLayers(t *testing.T) {
	answers := []Answer{
		{ID: "process", OK: true, Layers: []string{"mount", "root"}},
		{ID: "mount", OK: true, Layers: []string{"mount", "root"}},
		{ID: "overlay", Layers: []string{"root"}, Err: ErrNotSupported},
		{ID: "root", Layers: []string{"root"}, Err: ErrNotSupported},
		{ID: "pidfd"},
	}
	decided := Layers(answers)
	if len(decided) != 2 || decided["mount"].ID != "mount" || !decided["mount"].OK || decided["root"].ID != "overlay" || decided["root"].OK {
		t.Errorf("%+v", decided)
	}
}

func TestFailed(t *testing.T) {
	for _, c := range []struct {
		id     string
		failed bool
	}{{"process", true}, {"state", true}, {"mount", true}, {"time", true}, {"upper", true}, {together, true},
		{"memory", false}, {"seccomp", false}, {"bridge", false}, {"rights", false}} {
		f := feature(t, c.id)
		err := Failed([]Answer{{ID: "ok", OK: true, Layers: all}, {ID: f.ID, Layers: f.Layers, Err: ErrNotSupported}})
		if (err != nil) != c.failed {
			t.Errorf("without %s: %v", c.id, err)
		}
	}
}
