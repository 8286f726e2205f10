// Package report makes what experiments found worth keeping: one HTML file
// with everything in it, tables in Markdown for a README, and tables of shapes
// for a terminal.
//
// What came out of a sandbox is hostile. It has been through facts.Clean when it
// gets here; HTML is written by html/template, which escapes by context, and
// forbids scripts by its Content-Security-Policy; Markdown is escaped in plain.
package report

import (
	"bufio"
	_ "embed"
	"html/template"
	"io"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/bill"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Document is what one file tells: any of its parts may be missing.
type Document struct {
	Machine features.Machine
	CPUs    int
	Made    time.Time
	Version string // of tentpole
	Claims  *claims.Report
	Matrix  *matrix.Matrix
	Bill    *bill.Bill
	Results []experiment.Result
}

//go:embed report.html.tmpl
var source string

//go:embed report.css
var sheet string

// page is parsed when the first one is written: most commands write none.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Parse(source))
})

// HTML writes the document as one file that needs no other, and no scripts.
func (d Document) HTML(w io.Writer) error {
	out := bufio.NewWriter(w)
	if err := page().Execute(out, newView(d)); err != nil {
		return err
	}
	return out.Flush()
}
