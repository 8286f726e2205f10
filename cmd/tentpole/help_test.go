package main

import (
	"bytes"
	"strings"
	"testing"

	"charm.land/fang/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// TestHelpFits: the help of every command fits a window of 80 columns, and no word
// of it is broken.
func TestHelpFits(t *testing.T) {
	t.Setenv("__FANG_TEST_WIDTH", "80") // fang draws for that window then
	var all func(c *cobra.Command, path []string)
	all = func(c *cobra.Command, path []string) {
		helpFits(t, append(path, "--help"))
		for _, sub := range c.Commands() {
			all(sub, append(path[:len(path):len(path)], sub.Name()))
		}
	}
	all(rootCommand(), nil)
}

func helpFits(t *testing.T, args []string) {
	t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	fitHelp(root, args, 80)
	if err := fang.Execute(t.Context(), root); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	help := out.String()
	for line := range strings.Lines(help) {
		if w := ansi.StringWidth(strings.TrimRight(line, " \n")); w > 80 {
			t.Errorf("%v: %d wide: %s", args, w, line)
		}
	}
	if strings.Contains(help, "\x00") || !strings.Contains(help, "--help") {
		t.Errorf("%v:\n%s", args, help)
	}
}
