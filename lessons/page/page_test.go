package page

import (
	"html"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

func htmlOf(t *testing.T, l *lessons.Lesson, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Of(l, o).HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// everywhere is text with a word in every place that Markdown has; @ stands for it.
const everywhere = "So @ and `@` and **@** and [@](beside.md \"@\") and [x](@) and ![@](@) and ~~@~~ and <@>\n\n@\n\n" +
	"### @\n\n> @\n\n- @\n- [x] @\n\n| @ |\n|---|\n| @ |\n\n```@ @\n@\n```\n\n    @\n\n[@]: @\n"

// spoiled is a page in which everything says that word.
func spoiled(word string) Page {
	text := strings.ReplaceAll(everywhere, "@", word)
	items := []Item{{Text: word, Says: word}, {Text: word, Code: true}}
	p := Page{Lesson: &lessons.Lesson{ID: word, Title: word, Summary: word, Language: word}, Play: word}
	s := Step{ID: word, Title: word}
	for _, k := range []Kind{Prose, Sandbox, Question, Task, Answer, Hint, Solution, After, Notes} {
		s.Parts = append(s.Parts, Part{k, word, text, items})
	}
	p.Opens, p.Steps = s.Parts, []Step{s}
	return p
}

var (
	tag     = regexp.MustCompile(`<[^>]*>`)
	written = regexp.MustCompile(`^<(/?(!DOCTYPE html|html|head|title|style|body|main|header|footer|section|div|details|summary|h[1-6]|p|ul|ol|li|pre|code|em|strong|del|blockquote|table|tr|th|td|a|span)|hr|br|meta)( (charset|lang|name|content|http-equiv|id|class|href|start)="[^"<>]*")*>$`)
	href    = regexp.MustCompile(`href="([^"]*)"`)
	// away is an address with a scheme or a host, as a browser reads it once it
	// has dropped what is invisible.
	away      = regexp.MustCompile(`^([[:alpha:]][[:alnum:]+.-]*:|//)`)
	asBrowser = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/")
)

// TestHostile: whatever a lesson says, wherever it says it, the page has the
// tags that this package writes, leads nowhere but to the web or beside itself,
// and holds nothing that acts on a terminal.
func TestHostile(t *testing.T) {
	for _, word := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `" onmouseover="alert(1)`, `</style><script>x</script>`,
		`<svg/onload=alert(1)>`, `</code></pre><b onclick=x>`, `]]>`, `&lt;script&gt;`, `&#60;script&#62;alert(1)`,
		`<a href="javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`,
		`[x](javascript&colon;alert(1))`, `[x](javascript&#58;alert(1))`, `[x](java&#10;script:alert(1))`, `[x](data:text/html,x)`,
		`[x](&#1;javascript:alert(1))`, `[x](\\/evil.example)`, `<javascript:alert(1)>`, `<data:text/html,x>`, `[x](vbscript:x)`,
		`[x](https://example.org/"onclick=x)`, `[x](https://example.org/?a=1&b=<2>)`, `![x](https://example.org/x.png)`, `<somebody@example.org>`,
		"\u202etxt.exe", "&#27;[2J", "\u009b2J", "&#x202e;", "&#0;", "\x7f", `{{.}}`, `%s%d%!`, `<?php ?>`, `<![CDATA[x]]>`,
	} {
		var b strings.Builder
		if err := spoiled(word).HTML(&b); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		body := strings.Replace(page, style, "", 1)
		for _, found := range tag.FindAllString(body, -1) {
			if !written.MatchString(found) {
				t.Errorf("%q: the page has the tag %s", word, found)
			}
		}
		for _, m := range href.FindAllStringSubmatch(body, -1) {
			if to := asBrowser.Replace(html.UnescapeString(m[1])); away.MatchString(to) && !strings.HasPrefix(to, "https://example.org/") {
				t.Fatalf("%q: a link to %s", word, m[1])
			}
		}
		if i := strings.IndexFunc(page, func(r rune) bool { return visible(r) != r }); i >= 0 {
			t.Errorf("%q: the page holds %q", word, page[i:min(i+4, len(page))])
		}
	}
}

// TestHTML: each element of Markdown, as it is written.
func TestHTML(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"a *b* **c** ~~d~~ `e<f`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;f</code></p>\n"},
		{"a\\\nb\nc \\* &amp; &auml;", "<p>a<br>\nb\nc * &amp; ä</p>\n"},
		{"### a\n##### b", "<h3>a</h3>\n<h5>b</h5>\n"},
		{"- a\n- b", "<ul>\n<li>a\n</li>\n<li>b\n</li>\n</ul>\n"},
		{"3. a\n\n4. b", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"},
		{"- [x] a", "<ul>\n<li class=\"box\">☑ a\n</li>\n</ul>\n"},
		{"> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"},
		{"***", "<hr>\n"},
		{"```sh inside\na <b>\n\n  c\n```", "<p class=\"runs\">inside</p>\n<pre><code>a &lt;b&gt;\n\n  c\n</code></pre>\n"},
		{"```sh\na\n```", "<pre><code>a\n</code></pre>\n"},
		{"    a\n     b", "<pre><code>a\n b\n</code></pre>\n"},
		{"|a|b|\n|-|-:|\n|c|`d\\|e`|", "<div class=\"table\"><table>\n<tr><th>a</th><th class=\"right\">b</th></tr>\n<tr><td>c</td><td class=\"right\"><code>d|e</code></td></tr>\n</table></div>\n"},
		{"[a *b*](https://c.d/e?f=1&g=h \"i\")", "<p><a href=\"https://c.d/e?f=1&amp;g=h\">a <em>b</em></a></p>\n"},
		{"<https://a.b> <c@d.e>", "<p><a href=\"https://a.b\">https://a.b</a> c@d.e</p>\n"},
		{"[a](b.md#c) [d](man:mount(8)) [e](//f.g) ![h](i.png)", "<p><a href=\"b.md#c\">a</a> d e h</p>\n"},
		{"a <b>c</b> d\n\n<div>\ne\n</div>", "<p>a c d</p>\n"},
	} {
		var b writer
		b.markdown(c.markdown)
		if got := b.String(); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.markdown, got, c.want)
		}
	}
}

// TestCourse: a page of each lesson has each step and hint, what gives an answer
// away is folded, and the tags are balanced.
func TestCourse(t *testing.T) {
	names, err := fs.Glob(content.FS, "*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		l, err := lessons.Load(content.FS, name, lessons.Known{})
		if err != nil {
			continue // a translation
		}
		page := htmlOf(t, l, Options{Variant: lessons.User})
		hints := 0
		for i := range l.Steps {
			hints += len(l.Steps[i].Hints(lessons.User))
			if !strings.Contains(page, `<section id="`+l.Steps[i].ID+`">`) {
				t.Errorf("%s: no section %s", name, l.Steps[i].ID)
			}
		}
		if got := strings.Count(page, `<details class="hint">`); got != hints {
			t.Errorf("%s: %d hints are folded, of %d", name, got, hints)
		}
		if l.Notes != "" && (strings.Contains(page, "For the speaker") || !strings.Contains(htmlOf(t, l, Options{Notes: true}), "For the speaker")) {
			t.Errorf("%s: notes are for those who ask", name)
		}
		balanced(t, name, strings.Replace(page, style, "", 1))
	}
}

func balanced(t *testing.T, name, page string) {
	t.Helper()
	var open []string
	for _, found := range tag.FindAllString(page, -1) {
		element := strings.Fields(strings.Trim(found, "<>/"))[0]
		switch {
		case element == "!DOCTYPE" || element == "meta" || element == "hr" || element == "br":
		case !strings.HasPrefix(found, "</"):
			open = append(open, element)
		case len(open) == 0 || open[len(open)-1] != element:
			t.Fatalf("%s: %s closes %v", name, found, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: %v stay open", name, open)
	}
}

// TestStyle: the style sheet cannot end its element, and fetches nothing.
func TestStyle(t *testing.T) {
	raw, err := os.ReadFile("page.css")
	if err != nil || string(raw) != style {
		t.Fatal(err)
	}
	for _, bad := range []string{"</", "url(", "@import", "@font-face"} {
		if strings.Contains(style, bad) {
			t.Errorf("the style sheet has %q", bad)
		}
	}
}
