package claims

import (
	"context"
	"os"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
)

// TestTheCourseOnThisMachine runs every claim of the course: each gets a
// verdict, and each rule finds the numbers and observations that it asks for.
func TestTheCourseOnThisMachine(t *testing.T) {
	dir, err := os.MkdirTemp("", "tentpole-claims-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	set, err := Parse("claims.yaml", content.Claims())
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), set, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Logf("%s %s: %s", f.ID, f.Verdict, f.Evidence)
		if f.Error != "" || f.Verdict.Mark() == "" || f.Evidence == "" {
			t.Errorf("%s %s: %s", f.ID, f.Verdict, f.Error)
		}
	}
	for _, ran := range r.Runs {
		if ran.Error != "" {
			t.Errorf("%s: %s", ran.ID, ran.Error)
		}
	}
}
