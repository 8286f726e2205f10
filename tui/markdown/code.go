package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// codeIndent is what sets code apart, in cells; that and not the colour says
// what is code.
const codeIndent = 4

// goesOn stands before the further lines of code that is wider than the page.
const goesOn = "›"

// code draws a block of code. A line too wide goes on in the next one, behind a
// mark: cut off, nobody could type it.
func (p *page) code(n ast.Node, language string, width int) []string {
	indent := codeIndent
	if width < 8*codeIndent {
		indent = codeIndent / 2
	}
	if width-indent-2 < least {
		indent = 0
	}
	margin := strings.Repeat(" ", indent)
	mark := strings.Repeat(" ", max(indent-2, 0)) + p.inks.draw(span{goesOn, faint}, span{" ", plain})
	hanging := max(indent, 2)
	var out []string
	for _, line := range colored(p.codeLines(n), language) {
		for i := 0; i == 0 || len(line) > 0; i++ {
			before, room := margin, width-indent
			if i > 0 {
				before, room = mark, width-hanging
			}
			var head []span
			head, line = cut(line, room)
			out = append(out, strings.TrimRight(before+p.inks.draw(trimRight(head)...), " "))
			line = trimLeft(line)
		}
	}
	return out
}

// codeLines are the lines of a block of code as they may be shown.
func (p *page) codeLines(n ast.Node) []string {
	var out []string
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		out = append(out, facts.Clean(untabbed(strings.TrimRight(string(segment.Value(p.source)), "\r\n"))))
	}
	return trimmed(out)
}

// untabbed writes tabs as blanks, four to a tab as CommonMark counts them.
func untabbed(line string) string {
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r == '\t' {
			n := 4 - column%4
			b.WriteString(strings.Repeat(" ", n))
			column += n
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

// shells are the languages that prompts and comments are looked for in, with
// the prompts of each. A session is shown as root as well; elsewhere the hash
// begins a comment.
var shells = map[string][]string{
	"sh": {"$ "}, "bash": {"$ "}, "zsh": {"$ "}, "shell": {"$ "},
	"console": {"$ ", "# "}, "shell-session": {"$ ", "# "},
}

// colored gives lines of code their inks. In a shell's, prompts stand out and
// comments step back; where there are prompts, lines without one are what a
// command said, and no code.
func colored(lines []string, language string) [][]span {
	prompts := shells[language]
	session := slices.ContainsFunc(lines, func(l string) bool { return prompt(l, prompts) != "" })
	command := false
	out := make([][]span, len(lines))
	for i, line := range lines {
		switch mark := prompt(line, prompts); {
		case len(prompts) == 0:
			out[i] = []span{{line, code}}
		case mark != "":
			out[i] = append([]span{{mark, strong}}, commented(line[len(mark):])...)
			command = strings.HasSuffix(line, `\`)
		case session && !command:
			out[i] = []span{{line, plain}}
		default:
			out[i] = commented(line)
			command = strings.HasSuffix(line, `\`)
		}
	}
	return out
}

func prompt(line string, prompts []string) string {
	for _, p := range prompts {
		if strings.HasPrefix(line, p) {
			return p
		}
	}
	return ""
}

// commented sets the comment of a command apart.
func commented(line string) []span {
	at := hash(line)
	return slices.DeleteFunc([]span{{line[:at], code}, {line[at:], faint}}, func(s span) bool { return s.text == "" })
}

// hash is where the comment of a command begins: at a # that begins a word and
// is not quoted. Without a comment it is the end.
func hash(line string) int {
	quote, before := rune(0), ' '
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '#' && before == ' ':
			return i
		}
		before = r
	}
	return len(line)
}
