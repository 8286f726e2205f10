package lessons

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// endless is a file system with one file, whose size costs nothing.
type endless struct{ size int64 }

func (e endless) Open(string) (fs.File, error) {
	return endlessFile{io.LimitReader(lines{}, e.size), e.size}, nil
}

type endlessFile struct {
	io.Reader
	size int64
}

func (f endlessFile) Stat() (fs.FileInfo, error) { return f, nil }
func (endlessFile) Close() error                 { return nil }
func (endlessFile) Name() string                 { return "good.md" }
func (f endlessFile) Size() int64                { return f.size }
func (endlessFile) Mode() fs.FileMode            { return 0o644 }
func (endlessFile) ModTime() time.Time           { return time.Time{} }
func (endlessFile) IsDir() bool                  { return false }
func (endlessFile) Sys() any                     { return nil }

type lines struct{}

func (lines) Read(b []byte) (int, error) { return copy(b, strings.Repeat("line\n", 1+len(b)/5)), nil }

// numbered are that many steps.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "## A\n<!-- step {id: a%d, kind: read} -->\n", i)
	}
	return b.String()
}

// mostMemory bounds what loading allocates in all, freed again or not.
const mostMemory = 256 << 20

// Whatever is too large or no text is told with its place, and costs little.
func TestLoadHuge(t *testing.T) {
	source := goodSource(t)
	step := "## A\n<!-- step {id: a, kind: read} -->\n"
	long := strings.Repeat("x", 1_000_000)
	file := func(text string) fs.FS { return fstest.MapFS{"good.md": {Data: []byte(text)}} }
	for _, c := range []struct {
		name  string
		files fs.FS
		want  string // empty: it may load or not
	}{
		{"100 MB", endless{100 << 20}, "good.md:1:1: the file is larger than 1048576 bytes; split the lesson"},
		{"a line of a million columns", file(source + "\n" + long), "good.md:169:1001: the line is longer than 1000 characters; break the line"},
		{"in the front matter", file("---\ntitle: " + long), "good.md:2:1001: the line is longer"},
		{"in a directive", file(source + "\n<!-- " + long + " -->"), "good.md:169:1001: the line is longer"},
		{"of wide characters", file(source + "\n" + strings.Repeat("字", 300_000)), "good.md:169:1001: the line is longer"},
		{"ten thousand steps", file(front + numbered(10_000)), "more than 100 steps"},
		{"NUL", file(source + "\na\x00b"), "good.md:169:2: a NUL byte"},
		{"nothing but NUL", file(strings.Repeat("\x00", 1<<20)), "good.md:1:1: a NUL byte"},
		{"invalid UTF-8", file(source + "\nab\xffc"), "good.md:169:3: not UTF-8 text; save the file as UTF-8"},
		{"UTF-16", file("\xff\xfe-\x00-\x00-\x00"), "good.md:1:1: not UTF-8 text"},
		{"half a character at the end", file(source + "\n字"[:3]), "not UTF-8 text"},
		{"a front matter without end", file("---\n" + strings.Repeat("a: b\n", 200_000)), "the front matter has no end"},
		{"a long front matter", file("---\n" + strings.Repeat("a: b\n", 100_000) + "---\n"), "the front matter is longer than 8192 bytes"},
		{"a long directive", file(front + "## A\n<!-- step\n" + strings.Repeat("a: b\n", 100_000) + "-->\n"), "more than 8192 bytes of YAML"},
		{"many directives", file(front + step + strings.Repeat("<!-- pause -->\n\na\n\n", 50_000)), ""},
		{"many passages", file(front + step + strings.Repeat("\n<!-- only root -->\n\na\n\n<!-- end -->\n", 20_000)), ""},
		{"many unknown directives", file(front + step + strings.Repeat("<!-- x -->\n", 90_000)), `there is no directive "x"`},
		{"many hints", file(front + step + strings.Repeat("\n<details><summary>Hint 1</summary>\n\na\n\n</details>\n", 15_000)), "good.md:"},
		{"many links", file(front + step + strings.Repeat("[a](b.md)\n", 100_000)), "there is no b.md"},
		{"many headings", file(front + step + strings.Repeat("### a\n", 170_000)), ""},
		{"brackets in YAML", file(front + "## A\n<!-- step " + strings.Repeat("[", 900) + " -->\n"), "good.md:"},
		{"deep quotes", file(front + step + strings.Repeat(strings.Repeat(">", 999)+"\n", 1000)), ""},
		{"deep lists", file(front + step + strings.Repeat(strings.Repeat("- ", 499)+"\n", 1000)), ""},
		{"brackets in Markdown", file(front + step + strings.Repeat(strings.Repeat("[", 999)+"\n", 1000)), ""},
		{"stars", file(front + step + strings.Repeat(strings.Repeat("*a ", 333)+"\n", 1000)), ""},
		{"backticks", file(front + step + strings.Repeat(strings.Repeat("`", 997)+"a\n", 1000)), ""},
		{"open comments", file(front + step + strings.Repeat("<!-- #\n", 140_000)), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			watch(t, c.name)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			l, err := Load(c.files, "good.md", known)
			if err == nil {
				l.Lint()
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
				t.Errorf("%d MiB are allocated", used>>20)
			}
			var errs Errors
			if errors.As(err, &errs) && len(errs) > 2*maxErrors {
				t.Errorf("%d errors", len(errs))
			}
			if c.want != "" {
				mustContain(t, err, c.want)
			}
		})
	}
}
