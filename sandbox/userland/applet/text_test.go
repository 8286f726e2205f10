//go:build linux

package applet

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
)

func TestBasicExpressions(t *testing.T) {
	for in, want := range map[string]string{
		`a+b`: `a\+b`, `a\+b`: `a+b`, `(x)`: `\(x\)`, `\(x\)`: `(x)`, `a|b`: `a\|b`, `a\|b`: `a|b`, `x\{2\}`: `x{2}`,
		`*a`: `\*a`, `a*`: `a*`, `[(+]`: `[(+]`, `[]x]+`: `[]x]\+`, `\.`: `\.`, `^a$`: `^a$`,
	} {
		if got := basic(in); got != want {
			t.Errorf("basic(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestByteSet(t *testing.T) {
	for in, want := range map[string]string{
		"a-e": "abcde", `\n\t\\`: "\n\t\\", "[:digit:]x": "0123456789x", "a-": "a-", "-a": "-a", "[:no:]": "[:no:]", "": "",
	} {
		if got := string(byteSet(in)); got != want {
			t.Errorf("byteSet(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUnquote(t *testing.T) {
	words, ok := unquote("a 'b c'\t\"d'e\" f\\ g\n\n''")
	if got := strings.Join(words, "|"); !ok || got != "a|b c|d'e|f g|" {
		t.Errorf("%q, %v", got, ok)
	}
	if _, ok := unquote("'open"); ok {
		t.Error("an open quote passed")
	}
}

func TestBytesOf(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "10": 10, "2k": 2048, "3M": 3 << 20, "1G": 1 << 30, "2b": 1024} {
		if got, ok := bytesOf(text); !ok || got != want {
			t.Errorf("bytesOf(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "k", "-1", "1T", "1.5M", "9999999999999999999", "8888888888G"} {
		if got, ok := bytesOf(text); ok {
			t.Errorf("bytesOf(%q) = %d", text, got)
		}
	}
}

func TestHuman(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 1023: "1023", 1024: "1.0K", 1536: "1.5K", 5 << 20: "5.0M", 1 << 63: "8.0E"} {
		if got := human(n); got != want {
			t.Errorf("human(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestParseStat(t *testing.T) {
	line := "42 (a b) c) R 7 42 42 34817 42 4194304 100 0 0 0 150 50 0 0 20 0 3 0 1234 2048000 100 18446744073709551615\n"
	p, ok := parseStat(line)
	if !ok || p.comm != "a b) c" || p.state != "R" || p.ppid != 7 || p.ticks != 200 || p.threads != 3 || p.start != 1234 ||
		p.virtual != 2000 || p.rss != uint64(100*os.Getpagesize()/1024) || p.terminal() != "pts/1" {
		t.Errorf("%+v, %v, %s", p, ok, p.terminal())
	}
	for _, bad := range []string{"", "1 no brackets", "1 (x) R 2 3", ") (", "1 (x)"} {
		if _, ok := parseStat(bad); ok {
			t.Errorf("parseStat(%q) passed", bad)
		}
	}
	if p, _ := parseStat(strings.Replace(line, "a b) c", "\x1b[31mred", 1)); p.comm != "?[31mred" {
		t.Errorf("the name of a process is %q", p.comm)
	}
}

// TestYes wants a writer to end when nobody reads any more.
func TestYes(t *testing.T) {
	cmd := command(t, "/", "yes", "over", "and over")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "over and over\n" {
		t.Errorf("%q, %v", line, err)
	}
	out.Close()
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("it ended with %v", err)
	}
}

// TestFollow adds to a file that tail -f shows.
func TestFollow(t *testing.T) {
	dir := makeFiles(t)
	cmd := command(t, dir, "tail", "-n1", "-f", "one")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "second\n" {
		t.Fatalf("%q, %v", line, err)
	}
	f, err := os.OpenFile(dir+"/one", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, "third\n")
	if line, err := lines.ReadString('\n'); line != "third\n" {
		t.Fatalf("%q, %v", line, err)
	}
}

func TestLongLine(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	if got := run(t, "/", long+"\nshort\n", "grep", "-c", "x"); got.out != "1\n" {
		t.Errorf("%q, %q", got.out, got.err)
	}
}
