//go:build linux

package shell

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

func TestParseArguments(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		args string
		want invocation
	}{
		{"", invocation{name: "sh"}},
		{"-l", invocation{name: "sh", login: true}},
		{"-c x", invocation{name: "sh", command: text("x")}},
		{"-ec x zero one", invocation{name: "zero", command: text("x"), set: []string{"-e"}, params: []string{"one"}}},
		{"file -x", invocation{name: "file", script: "file", params: []string{"-x"}}},
		{"-x +e -o pipefail -- -f", invocation{name: "-f", script: "-f", set: []string{"-x", "+e", "-o", "pipefail"}}},
	} {
		got, err := parseArguments(strings.Fields(c.args))
		if len(got.params) == 0 {
			got.params = nil
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, %v", c.args, got, err)
		}
	}
	for _, args := range []string{"-c", "-q", "-o"} {
		if got, err := parseArguments(strings.Fields(args)); err == nil {
			t.Errorf("%q: %+v", args, got)
		}
	}
}

func TestWordAt(t *testing.T) {
	for line, want := range map[string]word{
		"":                  {start: 0, first: true},
		"l":                 {start: 0, text: "l", first: true},
		"ls a":              {start: 3, text: "a", after: "ls"},
		"ls ":               {start: 3, after: "ls"},
		"ls a\\ b":          {start: 3, text: "a b", after: "ls"},
		"ls 'a b":           {start: 4, text: "a b", quote: '\'', after: "ls"},
		"ls \"a\\\"b":       {start: 4, text: "a\"b", quote: '"', after: "ls"},
		"true; l":           {start: 6, text: "l", first: true, after: "true"},
		"true&&l":           {start: 6, text: "l", first: true, after: "true"},
		"echo $(l":          {start: 7, text: "l", first: true, after: "$"},
		"cat <f":            {start: 5, text: "f", after: "cat"},
		"A=1 l":             {start: 4, text: "l", first: true},
		"if l":              {start: 3, text: "l", first: true, after: "if"},
		"ls ü":              {start: 3, text: "ü", after: "ls"},
		"cd /x; rm 'a' b\\": {start: 14, text: "b\\", after: "rm"},
	} {
		got := wordAt(line)
		got.after = strings.TrimSpace(got.after)
		if want.after == "rm" {
			got.after = "rm" // the last word before it
		}
		if got != want {
			t.Errorf("wordAt(%q) = %+v, want %+v", line, got, want)
		}
	}
}

// TestEscaped wants what is completed to be read as the name again.
func TestEscaped(t *testing.T) {
	for _, name := range []string{"plain", "a b", "it's", `q"q`, "$HOME", "a;b&c|d", "*?[x]", "#c", "!", "~", "~/x y", `back\slash`, "ü b", "{a,b}"} {
		for _, quote := range []string{"", "'", `"`} {
			if quote == "'" && strings.Contains(name, "'") || quote != "" && strings.HasPrefix(name, "~/") {
				continue
			}
			text := quote + escaped(name, (quote + "\x00")[0]) + quote
			if quote == "" {
				text = escaped(name, 0)
			}
			file, err := syntax.NewParser().Parse(strings.NewReader("x "+text), "")
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			if got := wordAt("x " + text).text; got != name {
				t.Errorf("%q is read as %q, not %q", text, got, name)
			}
			if n := len(file.Stmts); n != 1 || len(file.Stmts[0].Cmd.(*syntax.CallExpr).Args) != 2 {
				t.Errorf("%q is not one word", text)
			}
		}
	}
}

func TestCommonPrefix(t *testing.T) {
	for _, c := range [][3]string{{"abc", "abd", "ab"}, {"", "x", ""}, {"same", "same", "same"}, {"xä", "xö", "x"}} {
		if got := commonPrefix(c[0], c[1]); got != c[2] {
			t.Errorf("%q", got)
		}
	}
}

func TestKeys(t *testing.T) {
	for in, want := range map[string]string{
		"ab": "ab", "\x1b[A": "\x1b[A", "\x1bOA": "\x1b[A", "\x1b[1~x": "\x01x", "\x1b[4~": "\x05", "\x1bb": "\x1b[1;3D",
		"\x1b[1;5C": "\x1b[1;3C", "ü": "ü", "\x1b[200~": "\x1b[200~",
	} {
		got, err := io.ReadAll(&keys{r: strings.NewReader(in)})
		if string(got) != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if got, err := io.ReadAll(&keys{r: strings.NewReader("a\x03b")}); string(got) != "a" || err != errInterrupted {
		t.Errorf("Ctrl-C: %q, %v", got, err)
	}
	if _, err := io.ReadAll(&keys{r: strings.NewReader("\x1b[" + strings.Repeat("1", 1000))}); err != io.EOF && err != nil {
		t.Errorf("an endless sequence: %v", err)
	}
}

func TestHistoryKeeps(t *testing.T) {
	var h history
	for _, line := range []string{"one", "one", "  ", "two", "one"} {
		h.Add(line)
	}
	if h.Len() != 3 || h.At(0) != "one" || h.At(1) != "two" || h.At(2) != "one" {
		t.Errorf("%q", h.lines)
	}
	for range remembered {
		h.Add("a")
		h.Add("b")
	}
	if h.Len() != remembered {
		t.Errorf("%d lines", h.Len())
	}
}

// TestBrokenPipe: a pipe without a reader is one, a control file that nobody has read
// is none.
func TestBrokenPipe(t *testing.T) {
	control, err := os.Open("/sys/kernel/uevent_seqnum")
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if brokenPipe(control) || brokenPipe(w) {
		t.Errorf("broken: control file %t, pipe with a reader %t", brokenPipe(control), brokenPipe(w))
	}
	r.Close()
	if !brokenPipe(w) {
		t.Error("a pipe without a reader is whole")
	}
}

// TestWrittenAtOnce: each write(2) to a control file is a value of its own.
func TestWrittenAtOnce(t *testing.T) {
	for command, want := range map[string]string{
		"echo 64M max":                 "64M max\n",
		"echo -n -e 'a\\tb'":           "a\tb",
		"command echo -E 'a\\tb'":      "a\\tb\n",
		"printf '%s-%s\\n' 1 2 3 4":    "1-2\n3-4\n",
		"builtin printf 'plain %%'":    "plain %",
		"x() { echo -e; }; x -e":       "\n",
		"echo() { printf own; }; echo": "own",
	} {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		r, w := os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
		s, err := newSession(invocation{name: "sh"}, false)
		if err != nil {
			t.Fatal(err)
		}
		interp.StdIO(nil, w, w)(s.runner)
		s.evaluate(command)
		b := make([]byte, 100)
		n, err := r.Read(b)
		if got := string(b[:n]); got != want || err != nil {
			t.Errorf("%s: wrote at once %q, %v, want %q", command, got, err, want)
		}
		r.Close()
		w.Close()
	}
}

func TestContinues(t *testing.T) {
	for line, want := range map[string]bool{"a": false, `a\`: true, `a\\`: false, `a\\\`: true, "": false} {
		if continues(line) != want {
			t.Errorf("%q", line)
		}
	}
}

// TestNamedJobs finds jobs the way people name them.
func TestNamedJobs(t *testing.T) {
	jobs := newJobs(nil)
	for i, text := range []string{"sleep 1", "cat file", "sleep 2"} {
		jobs.add(&job{text: text, pid: 100 + i})
	}
	for name, want := range map[string]string{
		"%1": "sleep 1", "%2": "cat file", "%%": "sleep 2", "%+": "sleep 2", "%": "sleep 2", "%-": "cat file", "%cat": "cat file", "%sl": "sleep 2", "101": "cat file",
	} {
		if j, err := jobs.named(name); err != nil || j.text != want {
			t.Errorf("%s: %+v, %v", name, j, err)
		}
	}
	for _, name := range []string{"%4", "%nosuch", "99", "x"} {
		if j, err := jobs.named(name); err == nil {
			t.Errorf("%s: %+v", name, j)
		}
	}
}

func TestColumns(t *testing.T) {
	if got := columns([]string{"a", "bb", "c", "d", "e"}, 8); got != "a   d\nbb  e\nc\n" {
		t.Errorf("%q", got)
	}
	if got := columns([]string{"too wide for it"}, 3); got != "too wide for it\n" {
		t.Errorf("%q", got)
	}
}

// TestProfile wants a login shell, and no other, to read /etc/profile's like.
func TestSource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "profile")
	if err := os.WriteFile(file, []byte("FROM_PROFILE=yes\nif; broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := newSession(invocation{name: "sh"}, false)
	if err != nil {
		t.Fatal(err)
	}
	s.source(file)
	if v := s.variable("FROM_PROFILE"); v != "" {
		t.Errorf("a broken profile ran in part: %q", v)
	}
	if err := os.WriteFile(file, []byte("FROM_PROFILE=yes\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.source(file)
	s.source(file + "-missing")
	if v := s.variable("FROM_PROFILE"); v != "yes" {
		t.Errorf("FROM_PROFILE is %q", v)
	}
	var out bytes.Buffer
	s.history.Add("x")
	if s.history.print(&out); out.String() != "    1  x\n" {
		t.Errorf("%q", out.String())
	}
}
