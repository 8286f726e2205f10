package lessons_test

import (
	"fmt"
	"html"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	render "github.com/yuin/goldmark/renderer/html"

	"github.com/tentpole-labs/tentpole/content"
)

// onForge is a file as a forge shows it: GitHub Flavored Markdown, HTML and
// all, without the front matter, which is shown as a table.
func onForge(t *testing.T, source string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(render.WithUnsafe()))
	var b strings.Builder
	if err := md.Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func withoutFront(source string) string {
	_, body, _ := strings.Cut(strings.TrimPrefix(source, "---\n"), "\n---\n")
	return body
}

// files are those that a forge may show: the lessons, their translations, and
// the example of the format.
func files(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := fs.Glob(content.FS, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(content.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = withoutFront(string(raw))
	}
	raw, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(raw), "````md\n")
	example, _, _ = strings.Cut(example, "````\n")
	out["FORMAT.md"] = withoutFront(example)
	return out
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	tags      = regexp.MustCompile(`<[^>]*>`)
	headings  = regexp.MustCompile(`<h([1-6])`)
	folds     = regexp.MustCompile(`(?s)<details><summary>[^<\n]+</summary>\n(.*?)</details>`)
	codes     = regexp.MustCompile(`(?s)<pre><code[^>]*>(.*?)</code></pre>`)
	keyed     = regexp.MustCompile(`^(- )?[a-z]+: .`)
	fenced    = regexp.MustCompile("(?ms)^```[^\n]*\n(.*?)^```$")
	markdowns = []string{"```", "**", "](", "<!--", "-->", "<details", "<summary", "## "}
)

// seen is the text that a reader sees, without code.
func seen(page string) string {
	return html.UnescapeString(tags.ReplaceAllString(codes.ReplaceAllString(page, ""), ""))
}

// TestForge: a lesson reads well where Markdown is shown. Nothing of a directive
// is seen, what gives the answer away is folded, headings go down one by one,
// and code is whole.
func TestForge(t *testing.T) {
	for name, source := range files(t) {
		for _, wrong := range shownWrong(t, source) {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

func shownWrong(t *testing.T, source string) (wrong []string) {
	t.Helper()
	shown := comments.ReplaceAllString(onForge(t, source), "")
	text := seen(shown)
	for _, comment := range comments.FindAllString(source, -1) {
		for line := range strings.Lines(comment) {
			if line = strings.TrimSpace(line); keyed.MatchString(line) && strings.Contains(text, line) {
				wrong = append(wrong, "of a directive is seen: "+line)
			}
		}
	}
	for _, mark := range markdowns {
		if i := strings.Index(text, mark); i >= 0 {
			wrong = append(wrong, fmt.Sprintf("seen as it is written: %q", text[max(0, i-40):min(len(text), i+40)]))
		}
	}
	return slices.Concat(wrong, foldedWrong(source, shown), headingsWrong(shown), codeWrong(source, shown))
}

// foldedWrong looks whether each hint and solution is folded, and is Markdown
// within.
func foldedWrong(source, shown string) (wrong []string) {
	found := folds.FindAllStringSubmatch(shown, -1)
	if want := strings.Count(comments.ReplaceAllString(source, ""), "<details>"); len(found) != want || strings.Count(shown, "</details>") != want {
		wrong = append(wrong, fmt.Sprintf("%d are folded, of %d hints and solutions", len(found), want))
	}
	for _, f := range found {
		if strings.Contains(f[1], "<details") || !strings.HasPrefix(strings.TrimSpace(f[1]), "<") {
			wrong = append(wrong, "folded, and no Markdown: "+f[1])
		}
	}
	return wrong
}

// headingsWrong looks whether there is one title at most, and no level left out.
func headingsWrong(shown string) (wrong []string) {
	was := byte('1')
	for i, m := range headings.FindAllStringSubmatch(shown, -1) {
		level := m[1][0]
		if level > was+1 || level == '1' && i > 0 {
			wrong = append(wrong, fmt.Sprintf("heading %d is of level %c, below one of %c", i+1, level, was))
		}
		was = level
	}
	return wrong
}

// codeWrong looks whether each code block of the source is one of the page,
// letter by letter, and ends where it should.
func codeWrong(source, shown string) (wrong []string) {
	var got, want []string
	for _, m := range codes.FindAllStringSubmatch(shown, -1) {
		code := html.UnescapeString(m[1])
		if got = append(got, code); strings.Contains(code, "```") {
			wrong = append(wrong, "a code block goes on into the next: "+code)
		}
	}
	for _, m := range fenced.FindAllStringSubmatch(comments.ReplaceAllString(source, ""), -1) {
		want = append(want, m[1])
	}
	if !slices.Equal(got, want) {
		wrong = append(wrong, fmt.Sprintf("code blocks\n%q\nare shown as\n%q", want, got))
	}
	return wrong
}

// TestForgeFinds: the test above sees what it is there for.
func TestForgeFinds(t *testing.T) {
	raw, err := fs.ReadFile(content.FS, "mounts.md")
	if err != nil {
		t.Fatal(err)
	}
	source := withoutFront(string(raw))
	for _, c := range []struct{ name, old, new string }{
		{"a comment that ends early", "<!-- after -->", "<!-- after --> say: more -->"},
		{"a comment that does not begin", "<!-- step\nid: quiz", "<! -- step\nid: quiz"},
		{"text at a summary", "</summary>\n\n`mount -t TYPE", "</summary>\n`mount -t TYPE"},
		{"a hint that stays open", "</details>", ""},
		{"a level left out", "## One question", "#### One question"},
		{"a second title", "## One question", "# One question"},
		{"a fence that is not closed", "touch /tmp/mydummytestfile.txt\n```", "touch /tmp/mydummytestfile.txt\n``"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(source, c.old) {
				t.Fatalf("the lesson has no %q", c.old)
			}
			if len(shownWrong(t, strings.Replace(source, c.old, c.new, 1))) == 0 {
				t.Error("not found")
			}
		})
	}
}
