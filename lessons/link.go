package lessons

import (
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// link is a Markdown link in what a learner reads.
type link struct {
	to string
	at place
}

var markdownLink = regexp.MustCompile(`\[[^\]]*\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)`)

// links finds those of a text, outside code.
func (t text) links() (out []link) {
	fence := ""
	for _, p := range t {
		for i, line := range p.lines {
			was := fence
			if fence = fenceAfter(fence, strings.TrimRight(line, "\n")); was != "" || fence != "" {
				continue
			}
			if !strings.Contains(line, "](") {
				continue
			}
			plain := codeSpan.ReplaceAllStringFunc(line, blank)
			for _, m := range markdownLink.FindAllStringSubmatchIndex(plain, -1) {
				out = append(out, link{plain[m[2]:m[3]], place{p.numbers[i], utf8.RuneCountInString(plain[:m[2]]) + 1}})
			}
		}
	}
	return out
}

// checkLinks reports links that lead nowhere: to a file that is not beside the
// lesson, or to something that is neither a file nor a web page.
func (r *report) checkLinks(fsys fs.FS, l *Lesson) {
	for i := range l.Steps {
		s := &l.Steps[i]
		for _, t := range append([]text{s.body, s.after, s.without, s.solution}, s.hints...) {
			for _, link := range t.links() {
				r.follow(fsys, l.File, link)
			}
		}
	}
}

func (r *report) follow(fsys fs.FS, file string, l link) {
	u, err := url.Parse(l.to)
	switch {
	case err != nil:
		r.add(l.at, "", "the link %q cannot be read: %v", l.to, err)
	case u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "man":
		// Nothing is fetched: a lesson is read offline.
	case u.Scheme != "" || u.Host != "":
		r.add(l.at, "link to https://… or to a file beside the lesson", "a link to %q", l.to)
	case u.Path != "":
		name := path.Join(path.Dir(file), u.Path)
		if _, err := fs.Stat(fsys, name); err != nil {
			r.add(l.at, "", "the link leads nowhere: there is no %s beside the lesson", u.Path)
		}
	}
}
