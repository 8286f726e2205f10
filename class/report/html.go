package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/report/style"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

//go:embed report.html.tmpl
var page string

//go:embed report.css
var sheet string

// parsed is the page, made when it is wanted: most commands want none.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"style":   func() template.CSS { return style.With(sheet) },
		"plain":   plain,
		"clock":   func(t time.Time) string { return t.Format("15:04") },
		"stamp":   func(t time.Time) string { return t.Format(time.RFC3339) },
		"day":     day,
		"date":    func(t time.Time) string { return t.Format("2 January 2006") },
		"took":    took,
		"percent": func(n, of int) int { return 100 * n / max(of, 1) },
		"join":    func(list []string) string { return strings.Join(list, ", ") },
		"count":   facts.Count,
	}).Parse(page))
})

// HTML writes one page with everything in it, and no script.
func (r *Report) HTML(w io.Writer) error { return parsed().Execute(w, r) }

// plain is a line of Markdown as text: what the course asks has code and stress in it.
func plain(markdown string) string { return strings.NewReplacer("`", "", "*", "").Replace(markdown) }

func day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format("2 Jan, 15:04")
}

// took is how long a learner was at it, from the first step to the last.
func took(l Learner) string {
	if l.First.IsZero() {
		return "–"
	}
	return fmt.Sprintf("%d min", int(l.Last.Sub(l.First).Round(time.Minute)/time.Minute))
}
