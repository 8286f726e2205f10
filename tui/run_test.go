package tui

import (
	"errors"
	"os"
	"testing"

	"github.com/charmbracelet/x/term"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

func TestNoTerminal(t *testing.T) {
	if term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) {
		t.Skip("this test runs in a terminal")
	}
	if err := Run(t.Context(), options(t, &fakeEngine{})); !errors.Is(err, ErrNoTerminal) {
		t.Errorf("error %v", err)
	}
}

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang, term, noColor string
		ascii                           bool
		theme                           styles.Theme
	}{
		{lang: "en_US.UTF-8", term: "xterm"},
		{lang: "C.utf8", term: "xterm", noColor: "1", theme: styles.None},
		{lang: "en_US.UTF-8", term: "linux", ascii: true},
		{lang: "en_US.UTF-8", all: "C", term: "xterm", ascii: true},
		{lang: "C", ctype: "de_DE.UTF-8", term: "xterm"},
		{term: "xterm", ascii: true},
	} {
		for name, v := range map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang, "TERM": c.term, "NO_COLOR": c.noColor} {
			t.Setenv(name, v)
		}
		if theme, ascii := FromEnvironment("", false); ascii != c.ascii || theme != c.theme {
			t.Errorf("%+v: ASCII %v, theme %q", c, ascii, theme)
		}
	}
}
