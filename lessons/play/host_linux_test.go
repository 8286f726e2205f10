package play

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestHostShell: it asks with its own prompt whatever the learner's files say,
// works at home with the learner's environment, and is interactive.
func TestHostShell(t *testing.T) {
	home := t.TempDir()
	for _, file := range []string{".bashrc", ".profile"} {
		if err := os.WriteFile(home+"/"+file, []byte("PS1='mine> '\nalias greet='echo hello from'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("TERM_PROGRAM", "another")
	shells := []string{"/bin/sh", "/no/such/shell", "sh", ""}
	if _, err := exec.LookPath("/bin/bash"); err == nil {
		shells = append(shells, "/bin/bash")
	}
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Setenv("SHELL", shell)
			s, err := HostShell(t.Context(), 80, 24)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			r := bufio.NewReader(s)
			heard(t, r, "host$")
			io.WriteString(s, "echo $HOME/$(stty size)/$TERM/$TERM_PROGRAM/$-\n")
			line := heard(t, r, "/xterm-256color//")
			if !strings.Contains(line, home+"/24 80/xterm-256color//") || !strings.Contains(heard(t, r, "host$"), "i") {
				t.Errorf("it says %q", line)
			}
			if shell == "/bin/bash" {
				io.WriteString(s, "greet $PROMPT_COMMAND-\n")
				heard(t, r, "hello from -")
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// heard reads until the text has come, and returns what was read. A shell that
// never says it holds the test until its time is over.
func heard(t *testing.T, r io.ByteReader, text string) string {
	t.Helper()
	var got []byte
	for !strings.HasSuffix(string(got), text) {
		b, err := r.ReadByte()
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, b)
	}
	return string(got)
}

func TestHostEnvironment(t *testing.T) {
	got := hostEnvironment([]string{"A=1", "LINES=9", "LINESX=2", "TERM=dumb"}, []string{"B=2"})
	if want := []string{"A=1", "LINESX=2", "PS1=host$ ", "TERM=xterm-256color", "B=2"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
