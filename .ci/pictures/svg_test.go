package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestPicture: what a screen says is in the picture, as text, in its place; and
// the picture is well formed whatever the screen says.
func TestPicture(t *testing.T) {
	lines := []string{"╭─ a<b ─╮", "│ \x1b[1mbold\x1b[0m    wide 漢字 & \"x\" │", "\x1b[7mreversed\x1b[0m"}
	svg := string(picture(lines, 30, papers["dark"], `a "picture" & more`))
	var said []string
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			said = append(said, string(text))
		}
	}
	if got, want := strings.Join(said, "|"), `a<b|bold|wide 漢字 & "x"|reversed`; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	for _, want := range []string{`font-weight="bold">bold`, `fill="` + papers["dark"].back + `">reversed`, "<path"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in it:\n%s", want, svg)
		}
	}
}
