package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

func TestRender(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"a wrapped item", "- **One** item that goes on\n  over the `end` of a line.\n- two\n\nAfter.", "- One item that goes on over the\n  end of a line.\n- two\n\nAfter."},
		{"numbers", "1. first item that is longer than one\n   line\n2. second", "1. first item that is longer than\n   one line\n2. second"},
		{"code", "Type:\n\n```sh\nmount -t tmpfs tmpfs /tmp\n- no item\n  of a list\n```", "Type:\n\n    mount -t tmpfs tmpfs /tmp\n    - no item\n      of a list"},
		{"paragraph", "One\ntwo *three*.", "One two three."},
	} {
		lines := render(styles.New(styles.Dark, false), c.markdown, 36)
		for i, line := range lines {
			lines[i] = strings.TrimRight(ansi.Strip(line), " ")
			if w := ansi.StringWidth(lines[i]); w > 36 {
				t.Errorf("%s: %q is %d wide", c.name, lines[i], w)
			}
		}
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
