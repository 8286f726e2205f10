// Package style is the sheet that the pages with findings have in common:
// paper, letters, headings, and how they are printed.
package style

import (
	_ "embed"
	"html/template"
)

//go:embed base.css
var base string

// With returns one sheet: the common one, and what a page has of its own.
func With(own string) template.CSS { return template.CSS(base + own) }
