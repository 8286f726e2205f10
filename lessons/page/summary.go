package page

import (
	_ "embed"
	"fmt"
	"io"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
)

//go:embed summary.css
var summaryStyle string

// Summary writes what a learner predicted in a course and what happened, as one
// HTML file that loads and runs nothing.
func Summary(w io.Writer, title string, done []lessons.Summary) error {
	var b writer
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	fmt.Fprintf(&b, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", policy)
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	fmt.Fprintf(&b, "<title>%s</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main>\n", text(title), style, summaryStyle)
	sum := total(done)
	fmt.Fprintf(&b, "<header>\n<p class=\"where\">%s</p>\n<h1>What I predicted, and what happened</h1>\n", text(title))
	fmt.Fprintf(&b, "<p class=\"summary\">%s</p>\n</header>\n", text(sum.String()))
	b.card(sum)
	for _, s := range done {
		b.lesson(s)
	}
	b.WriteString("<footer><p>Measured on this learner's own machine by <code>tentpole</code>.</p></footer>\n</main>\n</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// totals are the sums over all lessons.
type totals struct {
	lessons, predictions, surprises, hints, solutions, seconds int
	first, last                                                time.Time
}

func total(done []lessons.Summary) (t totals) {
	for _, s := range done {
		t.lessons++
		t.predictions += len(s.Predictions)
		t.surprises += s.Surprises()
		t.hints += s.Tally.Hints
		t.solutions += s.Solutions
		t.seconds += s.Tally.Seconds
		if !s.First.IsZero() && (t.first.IsZero() || s.First.Before(t.first)) {
			t.first = s.First
		}
		if s.Last.After(t.last) {
			t.last = s.Last
		}
	}
	return t
}

// String is the line below the title.
func (t totals) String() string {
	s := fmt.Sprintf("%s, %s, %s, %s", count(t.lessons, "lesson"), count(t.predictions, "prediction"), count(t.hints, "hint"), spent(t.seconds))
	if t.first.IsZero() {
		return s
	}
	from, to := t.first.UTC().Format("2 January 2006"), t.last.UTC().Format("2 January 2006")
	if from == to {
		return s + ", on " + from
	}
	return s + ", from " + from + " to " + to
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// spent is a time as a person would say it.
func spent(seconds int) string {
	m := (seconds + 30) / 60
	if m < 60 {
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d h %02d min", m/60, m%60)
}

// card is a picture to share: it has its own colours, wherever it is shown.
func (b *writer) card(t totals) {
	times := fmt.Sprintf("%d times", t.surprises)
	switch t.surprises {
	case 0:
		times = "not once"
	case 1:
		times = "once"
	}
	fmt.Fprintf(b, `<figure class="card">
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 240" role="img" aria-labelledby="card">
<title id="card">I was surprised %[1]s, in %[2]s</title>
<rect width="600" height="240" rx="12" fill="#fdf6e3"/>
<path d="M430 190 L500 70 L570 190 M500 70 V58 M485 190 L500 140 L515 190 M415 190 H585" fill="none" stroke="#8a4b08" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>
<g fill="#1f2328" font-family="system-ui, sans-serif">
<text x="36" y="88" font-size="26">I was surprised</text>
<text x="36" y="140" font-size="46" font-weight="bold">%[1]s</text>
<text x="36" y="180" font-size="20">by what a container really is,</text>
<text x="36" y="206" font-size="20">in %[2]s on my own machine</text>
</g>
</svg>
</figure>
`, times, count(t.predictions, "prediction"))
}

// lesson writes what was done in one.
func (b *writer) lesson(s lessons.Summary) {
	l := s.Lesson
	fmt.Fprintf(b, "<section id=\"%s\">\n<h2>%s</h2>\n", text(l.ID), text(l.Title))
	known := map[bool]string{true: " · known before"}[s.Tally.Known]
	fmt.Fprintf(b, "<p class=\"where\">Part %d · %d of %s · surprised %d of %d · %s · %s%s</p>\n",
		l.Part, s.Tally.Done, count(s.Tally.Steps, "step"), s.Surprises(), len(s.Predictions), count(s.Tally.Hints, "hint"), spent(s.Tally.Seconds), known)
	for _, p := range s.Predictions {
		b.predicted(p)
	}
	for _, o := range s.Own {
		fmt.Fprintf(b, "<div class=\"said\">\n")
		b.markdown(o.Ask)
		fmt.Fprintf(b, "<dl><dt>in your words</dt><dd>%s</dd></dl>\n</div>\n", text(o.Words))
	}
	b.WriteString("</section>\n")
}

// predicted puts what was said beside what it was.
func (b *writer) predicted(p lessons.Predicted) {
	class, was := "said", p.Was
	switch {
	case p.Was == "":
		was = "not measured on this machine"
	case p.Surprised():
		class += " surprise"
	default:
		was += ", as you said"
	}
	fmt.Fprintf(b, "<div class=\"%s\">\n", class)
	b.markdown(p.Ask)
	fmt.Fprintf(b, "<dl><dt>you said</dt><dd>%s</dd><dt>it was</dt><dd>%s</dd></dl>\n</div>\n", text(p.Said), text(was))
}
