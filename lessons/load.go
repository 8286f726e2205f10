package lessons

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Load reads one lesson. What is wrong with it comes back as [Errors].
func Load(fsys fs.FS, name string, known Known) (*Lesson, error) {
	source, err := readBounded(fsys, name)
	if err != nil {
		return nil, err
	}
	r := &report{file: name}
	text, ok := r.clean(source)
	if !ok {
		return nil, r.err()
	}
	l := r.lesson(name, text, known)
	r.checkLinks(fsys, l)
	if err := r.err(); err != nil {
		return nil, err
	}
	return l, nil
}

// Check tells what is wrong with the text of a lesson, as Load does for a file,
// but for links.
func Check(name, source string, known Known) error {
	r := &report{file: name}
	if text, ok := r.clean([]byte(source)); ok {
		r.lesson(name, text, known)
	}
	return r.err()
}

// readBounded reads at most MaxFile bytes and the one that is too many.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open lesson: %w", err)
	}
	defer f.Close()
	var source bytes.Buffer
	if info, err := f.Stat(); err == nil {
		source.Grow(int(max(0, min(info.Size(), MaxFile))) + bytes.MinRead)
	}
	if _, err := source.ReadFrom(io.LimitReader(f, MaxFile+1)); err != nil {
		return nil, fmt.Errorf("read lesson: %w", err)
	}
	return source.Bytes(), nil
}

// lineEnds makes one kind of them. One carriage return alone ends a line to
// Markdown and to YAML as well.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean checks that the source is bounded text and returns it with Unix line
// ends and without a byte order mark.
func (r *report) clean(source []byte) (string, bool) {
	if len(source) > MaxFile {
		r.add(place{}, "split the lesson", "the file is larger than %d bytes", MaxFile)
		return "", false
	}
	source = bytes.TrimPrefix(source, []byte("\uFEFF"))
	text := string(source)
	if strings.Contains(text, "\r") {
		text = lineEnds.Replace(text)
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		switch i := strings.IndexByte(line, 0); {
		case !utf8.ValidString(line):
			r.add(place{n, invalidAt(line)}, "save the file as UTF-8", "not UTF-8 text")
		case i >= 0:
			r.add(place{n, utf8.RuneCountInString(line[:i]) + 1}, "", "a NUL byte")
		case len(line) > maxLine && utf8.RuneCountInString(line) > maxLine:
			r.add(place{n, maxLine + 1}, "break the line", "the line is longer than %d characters", maxLine)
		default:
			continue
		}
		return "", false
	}
	return text, true
}

// invalidAt returns the column of the first byte that is not UTF-8.
func invalidAt(line string) int {
	column := 1
	for len(line) > 0 {
		c, size := utf8.DecodeRuneInString(line)
		if c == utf8.RuneError && size == 1 {
			break
		}
		line = line[size:]
		column++
	}
	return column
}

// lesson parses clean text. The result is whole only if nothing was reported.
func (r *report) lesson(name, text string, known Known) *Lesson {
	l := &Lesson{File: name}
	front, body, firstLine, ok := r.split(text)
	if !ok {
		return l
	}
	r.front(l, front, known)
	b := &builder{report: r, known: known, lesson: l, yamlLeft: maxAllYAML - len(front)}
	b.layers, b.root = l.Layers, l.Root
	b.build(body, firstLine)
	l.see(nil)
	return l
}

// split separates the front matter from the Markdown, and says on which line
// the Markdown begins.
func (r *report) split(text string) (front, body string, firstLine int, ok bool) {
	rest, found := strings.CutPrefix(text, "---\n")
	if !found {
		r.add(place{}, "begin with --- and the keys format, id, title, part, order, summary", "the front matter is missing")
		return "", "", 0, false
	}
	n, end := 2, 0
	for line := range strings.Lines(rest) {
		if strings.TrimRight(line, " \n") == "---" {
			body = rest[end+len(line):]
			break
		}
		end += len(line)
		n++
	}
	front = rest[:end]
	switch {
	case body == "" && len(front) == len(rest):
		r.add(place{}, "write --- on a line of its own below it", "the front matter has no end")
		return "", "", 0, false
	case len(front) > maxYAML:
		r.add(place{}, "", "the front matter is longer than %d bytes", maxYAML)
		return "", "", 0, false
	}
	return front, body, n + 1, true
}

var (
	idPattern    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	claimPattern = regexp.MustCompile(`^[A-Z][0-9]{1,2}$`)
)

// front reads the front matter.
func (r *report) front(l *Lesson, source string, known Known) {
	d := &document{report: r, what: "front matter", at: place{2, 1}}
	n := d.parse(source)
	if n == nil {
		return
	}
	l.frontLine = 1
	format := 0
	d.object(n, d.what, []field{
		{"format", true, formatInto(&format)},
		{"id", true, idInto(&l.ID)},
		{"title", true, textInto(&l.Title)},
		{"part", true, numberInto(&l.Part)},
		{"order", true, numberInto(&l.Order)},
		{"summary", true, textInto(&l.Summary)},
		{"objectives", false, textsInto(&l.Objectives)},
		{"misconceptions", false, textsInto(&l.Misconceptions)},
		{"minutes", false, numberInto(&l.Minutes)},
		{"after", false, textsMatching(&l.After, "lesson id", idPattern)},
		{"claims", false, textsMatching(&l.Claims, "claim such as F5", claimPattern)},
		{"sources", false, textsInto(&l.Sources)},
		{"tags", false, textsInto(&l.Tags)},
		{"authors", false, textsInto(&l.Authors)},
		{"language", false, textInto(&l.Language)},
		{"requires", false, textsInto(&l.Requires)},
		{"layers", false, wordsInto(&l.Layers, "layer", known.Layers)},
		{"introduces", false, wordsInto(&l.Introduces, "layer", known.Layers)},
		{"root", false, wordInto(&l.Root, "root", known.Roots)},
	})
	want := strings.TrimSuffix(path.Base(l.File), ".md")
	if l.ID != "" && l.ID != want {
		r.add(place{1, 1}, "rename one of them", "the id is %q and the file is called %q", l.ID, path.Base(l.File))
	}
}
