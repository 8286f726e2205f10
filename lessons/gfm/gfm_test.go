package gfm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// tree writes what of a document this package made: (table a|b…) and so on.
func tree(source string) string {
	var b strings.Builder
	src := []byte(source)
	_ = ast.Walk(Parse(src), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Segment.Value(src))
			case *east.TaskCheckBox:
				fmt.Fprintf(&b, "box:%v ", n.IsChecked)
			case *ast.CodeSpan:
				b.WriteString("code:")
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *east.Table:
			fmt.Fprintf(&b, "%v;", n.Alignments)
		case *east.TableCell:
			b.WriteString("|")
		case *east.TableHeader, *east.TableRow:
			b.WriteString("/")
		case *east.Strikethrough:
			b.WriteString("<struck ")
		case *ast.Paragraph, *ast.TextBlock:
			b.WriteString(";")
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"a table", "| a | b |\n|---|:-:|\n| c | d |\n", "a|b|/c|d|/[none center];"},
		{"without outer pipes", "a|b\n-:|:-\nc|d", "a|b|/c|d|/[right left];"},
		{"cells missing and too many", "a|b\n-|-\nc\nd|e|f\n|", "a|b|/c||/d|e|/||/[none none];"},
		{"only a head", "a|b\n-|-", "a|b|/[none none];"},
		{"one column", "| a |\n|---|\n| b |", "a|/b|/[none];"},
		{"ends at a blank line", "a|b\n-|-\nc|d\n\ne|f", "a|b|/c|d|/[none none];e|f;"},
		{"ends at a block", "a|b\n-|-\nc|d\n> e", "a|b|/c|d|/[none none];e;"},
		{"lines above it", "x\ny\na|b\n-|-\nc|d", "xy;a|b|/c|d|/[none none];"},
		{"in a list", "- x\n\n  a|b\n  -|-\n  c|d", "x;a|b|/c|d|/[none none];"},
		{"escaped pipes", "a\\|b|`c\\|d\\|e`\n-|-\n`f\\g`|", "a\\|b|code:c|d|e|/code:f\\g||/[none none];"},
		{"escaped pipe in code elsewhere", "`a\\|b`", "code:a\\|b;"},
		{"other cells than dashes", "a|b\n-|-|-", "a|b-|-|-;"},
		{"no dashes", "a|b\n:|:", "a|b:|:;"},
		{"dashes and letters", "a|b\n-|-x", "a|b-|-x;"},
		{"struck", "~a~ ~~b~~ ~~~c~~~", "a<struck  b<struck  ~~~c~~~;"},
		{"struck by unequal tildes", "~~a~ b~~", "a~ b<struck ;"},
		{"tasks", "- [ ] a\n- [x] b\n- [X] c", "box:false a;box:true b;box:true c;"},
		{"no tasks", "- [x]a\n- a [x] b\n- [y] c\n\n  [x] d\n\n[x] e", "[x]a;a [x] b;[y] c;[x] d;[x] e;"},
	} {
		if got := tree(c.source); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
