package play

import (
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// TestVariant: who is root of a container is an ordinary user to the kernel.
func TestVariant(t *testing.T) {
	for _, c := range []struct {
		name  string
		admin bool
		err   error
		euid  int
		want  lessons.Variant
	}{
		{"root of the machine", true, nil, 0, lessons.Root},
		{"root of a user namespace", false, nil, 0, lessons.User},
		{"an ordinary user", false, nil, 1000, lessons.User},
		{"root where nothing can be asked", false, features.ErrNotSupported, 0, lessons.Root},
		{"a user where nothing can be asked", false, features.ErrNotSupported, 1000, lessons.User},
	} {
		look := func() (sandbox.Machine, error) { return sandbox.Machine{Admin: c.admin}, c.err }
		if got := variant(look, c.euid); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

// TestVariantHere: what is said of this process is what the engine goes by.
func TestVariantHere(t *testing.T) {
	m, err := sandbox.Look()
	if err != nil {
		t.Logf("the machine cannot be looked at: %v", err)
	}
	if got := VariantHere() == lessons.Root; err == nil && got != m.Privileged() {
		t.Errorf("root: %v, privileged: %v", got, m.Privileged())
	}
}
