package lessons

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
)

// tree is all of a piece of YAML that a lesson is made of, with its places.
func tree(n ast.Node) string {
	d := &document{report: &report{}, at: place{1, 1}}
	out := fmt.Sprintf("%T %v ", n, d.pos(n))
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			out += fmt.Sprintf("{%s %v: %s}", pair.Key.GetToken().Value, d.pos(pair.Key), tree(pair.Value))
		}
	case *ast.SequenceNode:
		for _, v := range n.Values {
			out += "[" + tree(v) + "]"
		}
	default:
		s, ok := d.text(n)
		out += fmt.Sprintf("%q %v %v %v", s, ok, n.GetToken().Type, inside(d.pos(n), n, 3))
	}
	return out
}

// sameAsLibrary reports a tree that is not the library's.
func sameAsLibrary(t *testing.T, source string) (read bool) {
	t.Helper()
	n := plainYAML(source)
	if n == nil {
		return false
	}
	f, err := parseQuietly(source)
	switch {
	case err != nil:
		t.Errorf("%q is read as\n%s\nand is wrong: %v", source, tree(n), err)
	case len(f.Docs) != 1 || f.Docs[0].Body == nil:
		t.Errorf("%q is read as\n%s\nand is %d documents", source, tree(n), len(f.Docs))
	case tree(n) != tree(f.Docs[0].Body):
		t.Errorf("%q is read as\n%s\nand the library reads\n%s", source, tree(n), tree(f.Docs[0].Body))
	}
	return true
}

// courseYAML is all YAML of the course: front matter and what is in comments.
func courseYAML(t testing.TB) (out []string) {
	files, err := filepath.Glob("../content/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if front, _, ok := strings.Cut(strings.TrimPrefix(string(text), "---\n"), "\n---\n"); ok {
			out = append(out, front)
		}
		for _, comment := range strings.Split(string(text), "<!-- ")[1:] {
			word, rest, _ := strings.Cut(comment, "\n")
			if yaml, _, closed := strings.Cut(rest, "-->"); closed && word != "notes" {
				out = append(out, "         \n"+yaml)
			}
		}
	}
	return out
}

// Most YAML of the course is plain, and is read as the library reads it.
func TestPlainYAML(t *testing.T) {
	all, plain := courseYAML(t), 0
	for _, source := range all {
		if sameAsLibrary(t, source) {
			plain++
		}
	}
	t.Logf("%d of %d are plain", plain, len(all))
	if plain*10 < len(all)*6 {
		t.Errorf("only %d of %d are plain", plain, len(all))
	}
}

// What is not plain, or wrong, is left to the library.
func TestNotPlainYAML(t *testing.T) {
	for _, source := range []string{
		"", "\n", "a", "a: 1\na: 2", "a:\nb: 1", "a: b: c", "a: [b", "a: &x b", "a: *x", "a: !x b", "a: |\n  b", "a: b # c", "a: 1\n  b: 2",
		"a: \"b", "a: \"b\" c", "a: 'b''c'", "a: \"\\x41\"", "- a\nb: 1", "a:\n- b", "a: b\n  c", "a:\tb", "a: {b: c", "a: {b: }", "a: {b: c, b: d}", "a: {b: c,}", "a: {b}", "a: {b: {c: d}}", "a: null", "a: 1.5", "---\na: b", "a: 0 ", "a: \"", "a: '", "a: [b: c]", "a: [\"b\"]", "a: [-b]", "a: [b #c]", "a: [b,]",
	} {
		if n := plainYAML(source); n != nil {
			t.Errorf("%q is read as %s", source, tree(n))
		}
	}
}

func FuzzPlainYAML(f *testing.F) {
	for _, source := range courseYAML(f) {
		f.Add(source)
	}
	f.Add("a: {b: c d, e: 1, f: ./x}\ng: [h(\"i\").j == \"k\"]")
	f.Add("a: [b, 1, true, 0x1]\nb:\n  - c: 'd'\n    e: \"f\"\n  - g")
	f.Fuzz(func(t *testing.T, source string) {
		if strings.Count(source, "[")+strings.Count(source, "{") > maxBrackets || len(source) > maxYAML {
			return
		}
		source, ok := (&report{}).clean([]byte(source))
		if !ok {
			return
		}
		watch(t, source)
		sameAsLibrary(t, source)
	})
}
