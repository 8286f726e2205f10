//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"
)

// grep prints the lines that match. Its exit status is 0 when one did, 1 when
// none did, 2 when something went wrong. The expressions are those of Go's
// regexp package, which has no back references.
func grep(c *call) int {
	o, operands, ok := c.options("rRinvclLqEFwxohHse:")
	if !ok {
		return 2
	}
	patterns := o['e']
	if len(patterns) == 0 {
		if len(operands) == 0 {
			c.usage()
			return 2
		}
		patterns, operands = operands[:1], operands[1:]
	}
	expression, err := expressionOf(patterns, o)
	if err != nil {
		return c.fail(2, "%v", err)
	}
	recursive := o.has('r') || o.has('R')
	if recursive && len(operands) == 0 {
		operands = []string{"."}
	}
	g := &matcher{call: c, options: o, expression: expression}
	g.named = !o.has('h') && (o.has('H') || recursive || len(operands) > 1)
	if recursive {
		for _, root := range operands {
			g.tree(root)
		}
	} else if c.inputs(operands, g.file) != 0 {
		g.failed = true
	}
	return g.status()
}

// matcher is one run of grep.
type matcher struct {
	*call
	options
	expression *regexp.Regexp
	named      bool // lines begin with the file's name
	found      bool
	failed     bool
}

func (g *matcher) status() int {
	switch {
	case g.found && g.has('q'):
		return 0
	case g.failed:
		return 2
	case g.found:
		return 0
	}
	return 1
}

// expressionOf joins the patterns, one a line, to one expression.
func expressionOf(patterns []string, o options) (*regexp.Regexp, error) {
	var parts []string
	for _, p := range strings.Split(strings.Join(patterns, "\n"), "\n") {
		switch {
		case o.has('F'):
			p = regexp.QuoteMeta(p)
		case !o.has('E'):
			p = basic(p)
		}
		parts = append(parts, "(?:"+p+")")
	}
	text := strings.Join(parts, "|")
	if o.has('w') {
		text = `\b(?:` + text + `)\b`
	}
	if o.has('x') {
		text = "^(?:" + text + ")$"
	}
	if o.has('i') {
		text = "(?i)" + text
	}
	e, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("bad expression '%s': %s", strings.Join(patterns, " "), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return e, nil
}

// basic turns a basic expression into an extended one: there the characters
// below are plain, and with a backslash they mean what they do in an extended
// one; POSIX.1-2024, 9.3.
func basic(p string) string {
	const swapped = "+?|(){}"
	var b strings.Builder
	inSet := false
	for i := 0; i < len(p); i++ {
		ch := p[i]
		switch {
		case inSet:
			inSet = ch != ']' || i > 0 && (p[i-1] == '[' || p[i-1] == '^' && p[i-2] == '[')
		case ch == '\\' && i+1 < len(p) && strings.IndexByte(swapped, p[i+1]) >= 0:
			i++
			ch = p[i]
		case ch == '\\' && i+1 < len(p):
			b.WriteByte(ch)
			i++
			ch = p[i]
		case strings.IndexByte(swapped, ch) >= 0, ch == '*' && b.Len() == 0:
			b.WriteByte('\\')
		case ch == '[':
			inSet = true
		}
		b.WriteByte(ch)
	}
	return b.String()
}

// tree looks through a whole directory. Links met on the way are not followed.
func (g *matcher) tree(path string) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, unix.ENOTDIR) {
		err = g.input(path, g.file)
	}
	if err != nil && !g.has('s') {
		g.complain(path, err)
	}
	g.failed = g.failed || err != nil
	for _, e := range entries {
		if e.IsDir() || e.Type().IsRegular() {
			g.tree(strings.TrimSuffix(path, "/") + "/" + e.Name())
		}
	}
}

func (g *matcher) file(name string, r io.Reader) error {
	if f, ok := r.(*os.File); ok && name != "-" {
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil // as busybox does, without a word
		}
	}
	n, matches := 0, 0
	err := eachLine(r, func(line string) bool {
		n++
		if g.expression.MatchString(line) == g.has('v') {
			return true
		}
		matches++
		g.found = true
		if g.has('q') || g.has('l') || g.has('L') {
			return false
		}
		g.print(name, n, line)
		return true
	})
	g.summary(name, matches)
	return err
}

func (g *matcher) print(name string, n int, line string) {
	if g.has('c') {
		return
	}
	prefix := ""
	if g.named {
		prefix = g.shown(g.call.file, name) + ":"
	}
	if g.has('n') {
		prefix += fmt.Sprint(n) + ":"
	}
	if !g.has('o') {
		fmt.Fprintf(g.out, "%s%s\n", prefix, line)
		return
	}
	for _, part := range g.expression.FindAllString(line, -1) {
		fmt.Fprintf(g.out, "%s%s\n", prefix, part)
	}
}

// summary prints what -c and -l ask for.
func (g *matcher) summary(name string, matches int) {
	switch {
	case g.has('q'):
	case g.has('c') && g.named:
		fmt.Fprintf(g.out, "%s:%d\n", g.shown(g.call.file, name), matches)
	case g.has('c'):
		fmt.Fprintln(g.out, matches)
	case g.has('l') && matches > 0, g.has('L') && matches == 0:
		fmt.Fprintln(g.out, g.shown(g.call.file, name))
	}
}
