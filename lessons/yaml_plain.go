package lessons

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// plainYAML reads the YAML that nearly every directive is written in: keys,
// lists and values in blocks, each value on its line. It makes the tree that
// the library makes of it, in a tenth of the time; with the library alone, half
// of what it takes to load a course goes into this. Of everything else, and of
// all that may be wrong, it makes nothing: that is left to the library, which
// says what is wrong and where.
func plainYAML(source string) ast.Node {
	p := &plain{}
	if !p.split(source) {
		return nil
	}
	n := p.block(p.lines[0].indent)
	if p.at < len(p.lines) {
		return nil
	}
	return n
}

// plain is a piece of YAML while it is read.
type plain struct {
	lines []plainLine
	at    int // the line at hand
}

// plainLine is a line that is not blank.
type plainLine struct {
	text   string // without what it is indented by
	indent int
	number int // counted from 1
}

// split takes the lines apart. Tabs, comments and blanks that a line ends with
// are for the library.
func (p *plain) split(source string) bool {
	if strings.ContainsAny(source, "\t\r") || strings.Contains(source, "\uFEFF") || strings.Contains(source, " #") {
		return false
	}
	p.lines = make([]plainLine, 0, strings.Count(source, "\n")+1)
	number := 0
	for line := range strings.Lines(source) {
		number++
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		switch text = strings.TrimSuffix(text, "\n"); {
		case strings.HasSuffix(text, " "):
			return false
		case text != "":
			p.lines = append(p.lines, plainLine{text, indent, number})
		}
	}
	return len(p.lines) > 0
}

// here is the line at hand if it is indented so.
func (p *plain) here(indent int) (plainLine, bool) {
	if p.at == len(p.lines) || p.lines[p.at].indent != indent {
		return plainLine{}, false
	}
	return p.lines[p.at], true
}

// block reads the lines that are indented so: a list or keys. Whoever calls sees
// by the line at hand whether it was read to its end.
func (p *plain) block(indent int) ast.Node {
	if strings.HasPrefix(p.lines[p.at].text, "- ") {
		return p.list(indent)
	}
	return p.keys(indent)
}

func (p *plain) list(indent int) ast.Node {
	first, _ := p.here(indent)
	list := ast.Sequence(token.SequenceEntry("-", first.pos(0)), false)
	for line, ok := p.here(indent); ok; line, ok = p.here(indent) {
		rest, found := strings.CutPrefix(line.text, "- ")
		if !found {
			break
		}
		n := p.element(line, strings.TrimLeft(rest, " "))
		if n == nil {
			return nil
		}
		list.Values = append(list.Values, n)
	}
	return list
}

// element reads one of a list: a value, or keys of which the first stands on
// the same line.
func (p *plain) element(line plainLine, rest string) ast.Node {
	behind := len(line.text) - len(rest)
	if _, _, ok := cutKey(rest); ok {
		p.lines[p.at] = plainLine{rest, line.indent + behind, line.number}
		return p.keys(line.indent + behind)
	}
	p.at++
	return value(rest, line.pos(behind))
}

func (p *plain) keys(indent int) ast.Node {
	first, _ := p.here(indent)
	keys, seen := ast.Mapping(token.MappingValue(first.pos(0)), false), map[string]bool{}
	for line, ok := p.here(indent); ok; line, ok = p.here(indent) {
		key, rest, ok := cutKey(line.text)
		if !ok || seen[key] {
			return nil
		}
		seen[key] = true
		at := line.pos(0)
		n := p.under(line, rest)
		if n == nil {
			return nil
		}
		keys.Values = append(keys.Values, ast.MappingValue(keys.Start, ast.String(token.String(key, key, at)), n))
	}
	return keys
}

// under reads what belongs to a key: the rest of its line, or the lines below
// that are indented further.
func (p *plain) under(line plainLine, rest string) ast.Node {
	p.at++
	if rest != "" {
		return value(rest, line.pos(len(line.text)-len(rest)))
	}
	if p.at == len(p.lines) || p.lines[p.at].indent <= line.indent {
		return nil
	}
	return p.block(p.lines[p.at].indent)
}

// pos is the place of a character of the line's text. What stands before it is
// ASCII.
func (l plainLine) pos(offset int) *token.Position {
	return &token.Position{Line: l.number, Column: l.indent + offset + 1}
}

// cutKey separates a key from what stands behind it on its line.
func cutKey(text string) (key, rest string, ok bool) {
	end := 0
	for end < len(text) && (isLower(text[end]) || end > 0 && text[end] == '-') {
		end++
	}
	if end == 0 || end == len(text) || text[end] != ':' {
		return "", "", false
	}
	key, rest = text[:end], text[end+1:]
	if rest != "" && rest[0] != ' ' || key == "null" || key == "true" || key == "false" {
		return "", "", false
	}
	return key, strings.TrimLeft(rest, " "), true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// value reads a value that ends with its line.
func value(text string, at *token.Position) ast.Node {
	switch text[0] {
	case '"':
		if inner, closed := strings.CutSuffix(text[1:], `"`); closed && !strings.ContainsAny(inner, `"\`) {
			return ast.String(token.DoubleQuote(inner, text, at))
		}
		return nil
	case '\'':
		if inner, closed := strings.CutSuffix(text[1:], "'"); closed && !strings.Contains(inner, "'") {
			return ast.String(token.SingleQuote(inner, text, at))
		}
		return nil
	case '[':
		return wordList(text, at)
	case '{':
		return wordMap(text, at)
	}
	if strings.IndexByte("-?:,]{}#&*!|>%@`", text[0]) >= 0 || strings.Contains(text, ": ") || strings.HasSuffix(text, ":") {
		return nil
	}
	return scalar(text, at)
}

// scalar makes the node of a value without quotes. With a blank in it, it is
// neither a number nor a word of YAML's own.
func scalar(text string, at *token.Position) ast.Node {
	if strings.Contains(text, " ") {
		return ast.String(token.String(text, text, at))
	}
	switch tk := token.New(text, text, at); tk.Type {
	case token.StringType:
		return ast.String(tk)
	case token.BoolType:
		return ast.Bool(tk)
	case token.IntegerType:
		return ast.Integer(tk)
	}
	return nil
}

// wordList reads [a, b].
func wordList(text string, at *token.Position) ast.Node {
	list := ast.Sequence(token.SequenceStart("[", at), true)
	ok := betweenBrackets(text, "]", at, func(word string, at *token.Position) bool {
		n := flowScalar(word, at)
		list.Values = append(list.Values, n)
		return n != nil
	})
	if !ok {
		return nil
	}
	return list
}

// wordMap reads {a: b, c: d}.
func wordMap(text string, at *token.Position) ast.Node {
	m, seen := ast.Mapping(token.MappingStart("{", at), true), map[string]bool{}
	ok := betweenBrackets(text, "}", at, func(pair string, at *token.Position) bool {
		key, rest, ok := cutKey(pair)
		if !ok || rest == "" || seen[key] {
			return false
		}
		seen[key] = true
		n := flowScalar(rest, &token.Position{Line: at.Line, Column: at.Column + len(pair) - len(rest)})
		m.Values = append(m.Values, ast.MappingValue(m.Start, ast.String(token.String(key, key, at)), n))
		return n != nil
	})
	if !ok {
		return nil
	}
	return m
}

// betweenBrackets hands over what stands between commas, with its place, until
// read does not want it.
func betweenBrackets(text, end string, at *token.Position, read func(string, *token.Position) bool) bool {
	inner, closed := strings.CutSuffix(text[1:], end)
	if !closed {
		return false
	}
	column := at.Column + 1
	for part := range strings.SplitSeq(inner, ",") {
		word := strings.TrimLeft(part, " ")
		indent := len(part) - len(word)
		if !read(strings.TrimRight(word, " "), &token.Position{Line: at.Line, Column: column + indent}) {
			return false
		}
		column += len(part) + 1
	}
	return true
}

// flowScalar reads a value between brackets that has no quotes around it.
func flowScalar(text string, at *token.Position) ast.Node {
	if text == "" || notFirstInWord(text[0]) || strings.ContainsFunc(text, notInWord) {
		return nil
	}
	return scalar(text, at)
}

// notFirstInWord tells what no word between brackets is read from.
func notFirstInWord(c byte) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_./", c) >= 0)
}

// notInWord tells what ends a word between brackets, or may.
func notInWord(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(",:#[]{}", c) }
