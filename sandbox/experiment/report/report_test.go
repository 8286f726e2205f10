package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// hostile are texts that a program inside would like to see in a report.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	`</style><style>*{display:none}`,
	`</title></svg></table><iframe src=//x>`,
	`{{.Machine}}`, `javascript:alert(1)`,
	"a | b\n| c", "![x](http://x/y.png) [a](b) `c` *d* _e_ <!-- @somebody https://x.example www.x.example $1$",
}

// document has the text in every place that a program inside could reach.
func document(evil string) Document {
	number := experiment.Number{ID: evil, What: evil, Value: 3, Unit: evil, Least: 1, Most: 5, Runs: 3}
	seen := experiment.Observation{ID: evil, What: evil, Inside: evil, Host: evil, Outcome: experiment.Open, By: sandbox.Layer(evil)}
	rungs := sandbox.Ladder()
	m := matrix.Matrix{Machine: features.Machine{Kernel: evil, Distribution: evil, Inside: evil, User: evil}, Complete: true}
	row := matrix.Row{Experiment: "file", Question: "Where is it?", Group: "see"}
	for i, r := range rungs {
		m.Stages = append(m.Stages, matrix.Stage{Name: r.Name, Layers: r.Layers})
		c := matrix.Cell{Stage: r.Name, Outcome: experiment.Outcomes[i%5], Reason: evil + fmt.Sprint(i/4), Observations: []experiment.Observation{seen}, Numbers: []experiment.Number{number}}
		if i == 7 {
			c = matrix.Cell{Stage: r.Name, Error: evil}
		}
		row.Cells = append(row.Cells, c)
	}
	m.Rows = []matrix.Row{row}
	m.Stages[2].Missing = []sandbox.Missing{{Layer: sandbox.Memory, Because: evil}}
	finding := claims.Finding{ID: "X1", Article: "An article", Claim: "Something.", Verdict: claims.InPart, Evidence: evil, Ask: "And you?",
		Runs: []string{"file@container"}, Numbers: []claims.Used{{Run: "file@container", Number: number}}, Error: evil}
	return Document{
		Machine: m.Machine, Made: time.Now(), Version: evil, CPUs: 2, Matrix: &m,
		Claims: &claims.Report{Machine: m.Machine, Findings: []claims.Finding{finding}},
		Bill:   someBill(m.Machine, evil),
		Results: []experiment.Result{{Experiment: "file", Outcome: experiment.OneWay, Reason: evil,
			Observations: []experiment.Observation{seen}, Numbers: []experiment.Number{number}}},
	}
}

// skeleton is what a browser makes of a page: its elements and the names of
// their attributes, without their texts.
func skeleton(t *testing.T, d Document) []string {
	t.Helper()
	var b bytes.Buffer
	if err := d.HTML(&b); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		at := n.Data
		for _, a := range n.Attr {
			at += " " + a.Key
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("a link out: %s", a.Val)
			}
		}
		all = append(all, at)
	}
	return all
}

// TestHostileHTML: whatever a program inside says, the page has the same
// elements.
func TestHostileHTML(t *testing.T) {
	want := strings.Join(skeleton(t, document("plain")), "\n")
	for _, s := range []string{"<script", " onerror", " src", "<iframe"} {
		if strings.Contains("<"+want, s) {
			t.Errorf("the page has %q", s)
		}
	}
	for _, evil := range hostile {
		if got := strings.Join(skeleton(t, document(evil)), "\n"); got != want {
			t.Errorf("%q changes the page", evil)
		}
	}
}

// TestAccessible: tables have headers with a scope, shapes have words.
func TestAccessible(t *testing.T) {
	var b bytes.Buffer
	if err := document("plain").HTML(&b); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		switch {
		case n.Data == "th" && attr["scope"] == "":
			t.Errorf("a header without a scope: %q", text(n))
		case n.Data == "td" && attr["title"] != "" && !strings.Contains(text(n), attr["title"]):
			t.Errorf("a shape without its word: %q", text(n))
		case n.Type == html.ElementNode && n.Data == "html" && attr["lang"] != "en":
			t.Error("no language")
		}
	}
}

func text(n *html.Node) string {
	out := ""
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out += d.Data
		}
	}
	return out
}

// TestHostileMarkdown: a table has as many columns whatever is in it, and no
// line of its own, link or tag comes of it.
func TestHostileMarkdown(t *testing.T) {
	for _, evil := range hostile {
		d := document(evil)
		var b bytes.Buffer
		if err := ClaimsMarkdown(&b, *d.Claims); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(Markdown(&b, *d.Matrix), BillMarkdown(&b, *d.Bill)); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(b.String(), "\n") {
			cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if strings.HasPrefix(line, "|") != (cells > 0) || cells != 0 && cells != 5 && cells != 22 && cells != 10 {
				t.Errorf("%q: %d cells in %s", evil, cells, line)
			}
			for _, bad := range []string{"<", "![", "](", "://", "@", "www."} {
				if strings.Contains(strings.ReplaceAll(line, `\]`, ""), bad) {
					t.Errorf("%q is left in %s", bad, line)
				}
			}
		}
	}
}

// TestWidths: the whole ladder fits 80 columns, and narrower terminals get it
// in pieces.
func TestWidths(t *testing.T) {
	for _, width := range []int{200, 80, 40} {
		d := document("a text of several words")
		var b bytes.Buffer
		for _, err := range []error{Text(&b, *d.Matrix, width), Explain(&b, *d.Matrix, width), ClaimsText(&b, *d.Claims, width), BillText(&b, *d.Bill, width)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range strings.Split(b.String(), "\n") {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("%d columns, not %d: %s", utf8.RuneCountInString(line), width, line)
			}
		}
	}
	var b bytes.Buffer
	if err := Text(&b, *document("x").Matrix, 80); err != nil {
		t.Fatal(err)
	}
	if want := "file  ○  ◐  ●  ◒  –  ○  ◐  !  ◒"; !strings.Contains(b.String(), want) {
		t.Errorf("no row %q in\n%s", want, b.String())
	}
}

// TestSentences: stages in a row that say the same share a line.
func TestSentences(t *testing.T) {
	row := matrix.Row{Cells: []matrix.Cell{
		{Stage: "process", Outcome: experiment.Open, Reason: "a"}, {Stage: "mount", Outcome: experiment.Open, Reason: "a"},
		{Stage: "root", Outcome: experiment.OneWay, Reason: "a"}, {Stage: "uts", Error: "b"}, {Stage: "ipc"},
	}}
	var got []string
	for _, s := range sentences(row) {
		got = append(got, s.Shape+" "+s.Stages+": "+s.Sentence)
	}
	if want := "○ process to mount: a, ◐ root: a, ! uts: b, · ipc: "; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", strings.Join(got, ", "), want)
	}
}

func TestBars(t *testing.T) {
	n := experiment.Number{What: "speed", Value: 50, Least: 25, Most: 200, Runs: 3}
	if b := newBar("x", n, 100); b.Value != 50 || b.Least != 25 || b.Most != 100 || !b.Spread {
		t.Errorf("%+v", b)
	}
	if b := newBar("x", experiment.Number{}, 0); b.Value != 0 || b.Spread {
		t.Errorf("%+v", b)
	}
}
