package main

import (
	"path"
	"strings"
	"testing"
)

// TestGroups: a group comes after its parent and passes on only controllers
// that the parent gives it; nobody's processes are where controllers are
// enabled for children (admin-guide/cgroup-v2.rst, "No Internal Process
// Constraint").
func TestGroups(t *testing.T) {
	enabled := map[string]string{}
	for _, g := range groups {
		if g.dir != "" {
			parent, ok := enabled[strings.TrimPrefix(path.Dir(g.dir), ".")]
			if !ok {
				t.Errorf("%s comes before its parent", g.dir)
			}
			for controller := range strings.FieldsSeq(g.enable) {
				if !strings.Contains(parent+" ", controller+" ") {
					t.Errorf("%s: %s is not enabled above", g.dir, controller)
				}
			}
		}
		enabled[g.dir] = g.enable
	}
	for user, a := range accounts {
		if on, ok := enabled[a.scope]; !ok || on != "" {
			t.Errorf("%s's scope %s: %q, %v", user, a.scope, on, ok)
		}
	}
}
