package lessons

import (
	"strings"
	"testing"
	"testing/fstest"
)

// layered is a small lesson that introduces some layers and raises others.
func layered(order, introduces, raises string) *fstest.MapFile {
	l := smallLesson("ID", order, "")
	l.Data = []byte(strings.NewReplacer(
		"after: []", "introduces: ["+introduces+"]",
		"Text.\n", "Text.\n\n## B\n\n<!-- step {id: b, kind: run, layers: ["+raises+"]} -->\n",
	).Replace(string(l.Data)))
	return l
}

func named(l *fstest.MapFile, id string) *fstest.MapFile {
	l.Data = []byte(strings.ReplaceAll(string(l.Data), "id: ID", "id: "+id))
	return l
}

// TestLintLayers: a layer is introduced once, where it is raised, and not raised
// before.
func TestLintLayers(t *testing.T) {
	for _, c := range []struct {
		name, introduced, raised string // of the second lesson; the first has mount and pid
		want                     []string
	}{
		{"its own", "net", "mount, net", nil},
		{"twice", "mount", "mount", []string{"b.md:1:1: the layer mount is introduced by a already"}},
		{"too late", "pid", "pid", []string{"b.md:1:1: the layer pid is raised before it is introduced, in a"}},
		{"never raised", "net", "mount", []string{"b.md:1:1: the lesson introduces net and no step raises it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			course, err := LoadAll(fstest.MapFS{
				"a.md": named(layered("1", "mount", "mount, pid"), "a"),
				"b.md": named(layered("2", c.introduced, c.raised), "b"),
			}, Known{Layers: []string{"mount", "pid", "net"}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range course.Lint() {
				if strings.Contains(w.Message, "introduce") {
					got = append(got, w.String())
				}
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
