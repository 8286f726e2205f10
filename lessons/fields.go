package lessons

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// formatInto reads the version of the format and refuses any but ours.
func formatInto(p *int) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		numberInto(p)(d, n)
		if *p != Format {
			d.add(d.pos(n), "a newer tentpole may read it", "format %s is not format %d", n.GetToken().Value, Format)
		}
	}
}

// idInto reads an id: lower-case words joined by hyphens.
func idInto(p *string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		s, ok := d.text(n)
		if !ok {
			return
		}
		if !idPattern.MatchString(s) {
			d.add(d.pos(n), "use lower-case letters, digits and hyphens", "%q is not an id", s)
			return
		}
		*p = s
	}
}

func textsMatching(p *[]string, what string, pattern *regexp.Regexp) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		*p = []string{}
		d.list(n, func(v ast.Node) {
			s, ok := d.text(v)
			if !ok {
				return
			}
			if !pattern.MatchString(s) {
				d.add(d.pos(v), "", "%q is not a %s", s, what)
				return
			}
			*p = append(*p, s)
		})
	}
}

// mapInto reads a mapping of plain values.
func mapInto(p *map[string]string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		m, ok := n.(*ast.MappingNode)
		if !ok {
			d.add(d.pos(n), "write key: value", "expected keys, found %s", kindOf(n))
			return
		}
		*p = map[string]string{}
		for _, pair := range m.Values {
			if s, ok := d.text(pair.Value); ok {
				(*p)[pair.Key.GetToken().Value] = s
			}
		}
	}
}

// conditionInto compiles a condition; an error points into its text.
func conditionInto(p **Condition) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		s, ok := d.text(n)
		if !ok {
			return
		}
		c, offset, remedy, err := readCondition(s)
		if err != nil {
			d.add(inside(d.pos(n), n, offset), remedy, "condition: %v", err)
			return
		}
		at := d.pos(n)
		c.Line, c.Column = at.line, at.column
		for _, a := range c.asks {
			d.asks = append(d.asks, askedAt{a, inside(at, n, a.at)})
		}
		*p = c
	}
}

// conditionsInto reads a list of conditions.
func conditionsInto(p *[]*Condition) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		*p = []*Condition{}
		d.list(n, func(v ast.Node) {
			var c *Condition
			if conditionInto(&c)(d, v); c != nil {
				*p = append(*p, c)
			}
		})
	}
}

// inside returns the place of a character of a plain or quoted value. In a
// value of several lines only the beginning is known.
func inside(at place, n ast.Node, offset int) place {
	tk := n.GetToken()
	if _, block := n.(*ast.LiteralNode); block || strings.Contains(strings.TrimSpace(tk.Origin), "\n") {
		return at
	}
	if tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType {
		offset++
	}
	return place{at.line, at.column + offset}
}
