package page

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
)

// The page may load nothing and run nothing, whatever is in it.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

//go:embed page.css
var style string

// HTML writes the page as one HTML file.
func (p Page) HTML(w io.Writer) error {
	var b writer
	l := p.Lesson
	language := l.Language
	if language == "" {
		language = "en"
	}
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", text(language))
	fmt.Fprintf(&b, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", policy)
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", text(l.Title), style)
	fmt.Fprintf(&b, "<header>\n<p class=\"where\">Part %d · Lesson %d%s</p>\n", l.Part, l.Order, minutes(l.Minutes))
	fmt.Fprintf(&b, "<h1>%s</h1>\n<p class=\"summary\">%s</p>\n", text(l.Title), text(l.Summary))
	b.parts(p.Opens)
	b.WriteString("</header>\n")
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "<section id=\"%s\">\n<h2><span class=\"number\">%d</span> %s</h2>\n", text(s.ID), i+1, text(s.Title))
		b.parts(s.Parts)
		b.WriteString("</section>\n")
	}
	if p.Play != "" {
		fmt.Fprintf(&b, "<footer><p>To play it: <code>%s</code></p></footer>\n", text(p.Play))
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func minutes(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" · %d minutes", n)
}

// writer writes HTML. What comes from the lesson goes through text.
type writer struct{ strings.Builder }

// text is what the words look like in HTML, in elements and attributes. What
// would act on a terminal or turn the direction of writing is shown as a
// replacement character.
func text(words string) string { return html.EscapeString(strings.Map(visible, words)) }

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < ' ' || r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return '\uFFFD'
	}
	return r
}

func (b *writer) parts(parts []Part) {
	for _, p := range parts {
		b.part(p)
	}
}

// part writes a part: as it is, apart, or folded.
func (b *writer) part(p Part) {
	switch {
	case p.Label == "":
		b.content(p)
	case p.Kind.Folded():
		fmt.Fprintf(b, "<details class=\"%s\">\n<summary>%s</summary>\n", p.Kind, text(p.Label))
		b.content(p)
		b.WriteString("</details>\n")
	default:
		fmt.Fprintf(b, "<div class=\"part %s\">\n<p class=\"label\">%s</p>\n", p.Kind, text(p.Label))
		b.content(p)
		b.WriteString("</div>\n")
	}
}

// lists are the elements that items of a part stand in: numbered where their
// order or their number matters.
var lists = map[Kind]string{Question: "ol", Answer: "ol"}

func (b *writer) content(p Part) {
	b.markdown(p.Markdown)
	if len(p.Items) == 0 {
		return
	}
	element := lists[p.Kind]
	if element == "" {
		element = "ul"
	}
	fmt.Fprintf(b, "<%s>\n", element)
	for _, i := range p.Items {
		fmt.Fprintf(b, "<li>%s</li>\n", i.html())
	}
	fmt.Fprintf(b, "</%s>\n", element)
}

func (i Item) html() string {
	words := text(i.Text)
	if i.Code {
		words = "<code>" + words + "</code>"
	}
	if i.Says == "" {
		return words
	}
	return words + "<p class=\"says\">" + text(i.Says) + "</p>"
}
