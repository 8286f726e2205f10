package lessons

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is one piece of YAML in a lesson: the front matter or a directive.
// It is read from the syntax tree, value by value, because every value has a
// position that way and nothing of YAML but mappings, lists and plain values
// gets in: no anchors, tags or merge keys.
type document struct {
	*report
	what string // "step", "front matter"
	at   place  // where it begins

	translated bool // words and ids only
}

// parse reads YAML that begins on the given line. Columns are those of the
// source. It returns nil after reporting what is wrong.
func (d *document) parse(source string) ast.Node {
	if strings.Count(source, "[")+strings.Count(source, "{") > maxBrackets {
		d.add(d.at, "", "%s: more than %d brackets", d.what, maxBrackets)
		return nil
	}
	if n := plainYAML(source); n != nil {
		return n
	}
	f, err := parseQuietly(source)
	if err != nil {
		at, message := d.at, firstLine(err.Error())
		var positioned yaml.Error
		if errors.As(err, &positioned) && positioned.GetToken() != nil {
			p := positioned.GetToken().Position
			at = place{d.at.line + p.Line - 1, p.Column}
			message = relativePlace.ReplaceAllString(positioned.GetMessage(), "")
		}
		remedy := ""
		if strings.Contains(message, "mapping value is not allowed") {
			remedy = "a value with a colon in it needs quotes"
		}
		d.add(at, remedy, "%s: not YAML: %s", d.what, message)
		return nil
	}
	switch {
	case len(f.Docs) > 1:
		d.add(d.pos(f.Docs[1].Body), "", "%s: a second YAML document", d.what)
		return nil
	case len(f.Docs) == 0 || f.Docs[0].Body == nil:
		d.add(d.at, "", "%s: empty", d.what)
		return nil
	}
	return f.Docs[0].Body
}

// relativePlace is a position within the YAML, which says nothing about the file.
var relativePlace = regexp.MustCompile(` at \[\d+:\d+\]`)

// parseQuietly turns a panic of the parser into an error.
func parseQuietly(source string) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	return parser.ParseBytes([]byte(source), 0)
}

func (d *document) pos(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key // the token of a block mapping is its first colon
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return d.at
	}
	p := n.GetToken().Position
	return place{d.at.line + p.Line - 1, p.Column}
}

// field is one key of a mapping: the tables of fields are the format.
type field struct {
	key  string
	need bool
	read func(d *document, v ast.Node)
}

// object reads a mapping by its table of fields.
func (d *document) object(n ast.Node, what string, fields []field) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.add(d.pos(n), "write key: value", "%s: expected keys, found %s", what, kindOf(n))
		return
	}
	seen := map[string]bool{}
	for _, pair := range m.Values {
		key := pair.Key.GetToken().Value
		seen[key] = true
		d.value(pair, key, what, fields)
	}
	for _, f := range fields {
		if f.need && !seen[f.key] {
			d.add(d.pos(n), "add "+f.key+":", "%s: %s is missing", what, f.key)
		}
	}
}

func (d *document) value(pair *ast.MappingValueNode, key, what string, fields []field) {
	for _, f := range fields {
		if f.key == key {
			f.read(d, pair.Value)
			return
		}
	}
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	d.add(d.pos(pair.Key), remedyFor(key, keys), "%s: there is no key %q", what, key)
}

// text reads a plain value as it was written.
func (d *document) text(n ast.Node) (string, bool) {
	var s string
	switch n := n.(type) {
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s = n.GetToken().Value
	default:
		d.add(d.pos(n), "", "expected text, found %s", kindOf(n))
		return "", false
	}
	if s = strings.TrimSpace(s); s == "" {
		d.add(d.pos(n), "", "expected text, found nothing")
		return "", false
	}
	return s, true
}

// list calls read for each element of a list.
func (d *document) list(n ast.Node, read func(ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(d.pos(n), "write [a, b] or one - a line", "expected a list, found %s", kindOf(n))
		return
	}
	for _, v := range s.Values {
		read(v)
	}
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode:
		return "keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return "text"
	}
	return "YAML that is not part of the format (" + n.Type().String() + ")"
}

// The readers below make a field of a pointer to where its value goes.

func textInto(p *string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		if s, ok := d.text(n); ok {
			*p = s
		}
	}
}

func numberInto(p *int) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		s, ok := d.text(n)
		if !ok {
			return
		}
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 || v > 10_000 {
			d.add(d.pos(n), "", "%q is not a number from 0 to 10000", s)
			return
		}
		*p = v
	}
}

func flagInto(p *bool) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.add(d.pos(n), "", "expected true or false, found %s", kindOf(n))
			return
		}
		*p = b.Value
	}
}

func textsInto(p *[]string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		*p = []string{}
		d.list(n, func(v ast.Node) {
			if s, ok := d.text(v); ok {
				*p = append(*p, s)
			}
		})
	}
}

// wordInto reads one word of a closed list; nil lets every word pass.
func wordInto[T ~string](p *T, what string, words []T) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		if s, ok := d.text(n); ok && d.oneOf(d.pos(n), what, s, asStrings(words)) {
			*p = T(s)
		}
	}
}

// wordsInto reads a list of different words of a closed list.
func wordsInto(p *[]string, what string, words []string) func(*document, ast.Node) {
	return func(d *document, n ast.Node) {
		*p = []string{}
		seen := map[string]bool{}
		d.list(n, func(v ast.Node) {
			s, ok := d.text(v)
			if !ok || !d.oneOf(d.pos(v), what, s, words) {
				return
			}
			if seen[s] {
				d.add(d.pos(v), "", "%s %q is there twice", what, s)
				return
			}
			seen[s] = true
			*p = append(*p, s)
		})
	}
}

func asStrings[T ~string](words []T) []string {
	if words == nil {
		return nil
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}
