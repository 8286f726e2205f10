package lessons

import (
	"testing"
	"testing/fstest"
)

const twoTerms = "# Glossary\n\nFor authors.\n\n## inode\n\nA number\nof a file.\n\nFirst in [a-process](a-process.md). `man 7 inode`\n\n## pipe, channel\n\nA channel.\n\nFirst in [b](b.md).\n"

func glossaryOf(text string) (Glossary, error) {
	return LoadGlossary(fstest.MapFS{glossaryFile: {Data: []byte(text)}})
}

func TestGlossary(t *testing.T) {
	g, err := glossaryOf(twoTerms)
	if err != nil || len(g) != 2 {
		t.Fatal(g, err)
	}
	if x := g[0]; x.Meaning != "A number\nof a file." || x.Lesson != "a-process" || x.Manual != "man 7 inode" || x.Line != 5 {
		t.Errorf("%+v", x)
	}
	for word, want := range map[string]string{"inode": "inode", " Inodes ": "inode", "Channel": "pipe"} {
		if x, err := g.Term(word); err != nil || x.Names[0] != want {
			t.Errorf("Term(%q) = %v, %v", word, x, err)
		}
	}
	_, err = g.Term("indoe")
	mustContain(t, err, `no term "indoe"`, "did you mean inode?")
	_, err = g.Term("something else")
	mustContain(t, err, "tentpole learn glossary")
}

func TestGlossaryErrors(t *testing.T) {
	_, err := glossaryOf("## pipe\n\nFirst in [b](b.md).\n\n## inode\n\nA number.\n")
	mustContain(t, err, "glossary.md:1:1: pipe has no meaning", "glossary.md:5:1: inode does not say where it first stands", "glossary.md:5:1: inode does not come after pipe")
}
