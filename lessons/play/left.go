package play

import (
	"bufio"
	"net"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// surroundings are what a host would show of a lesson that did not clean up.
type surroundings map[string][]string

// host looks at the host: its mounts, links and name, and the files that the
// lesson's blocks name.
func (p *proof) host() surroundings {
	s := surroundings{"mount": mountPoints(), "interface": interfaces()}
	if name, err := os.Hostname(); err == nil {
		s["host name"] = []string{name}
	}
	for file := range p.named() {
		if _, err := os.Lstat(file); err == nil {
			s["file"] = append(s["file"], file)
		}
	}
	return s
}

// left lists what is there now and was not before.
func (s surroundings) left(now surroundings) (out []string) {
	for _, what := range []string{"mount", "interface", "host name", "file"} {
		for _, item := range now[what] {
			if !slices.Contains(s[what], item) {
				out = append(out, what+" "+item)
			}
		}
	}
	slices.Sort(out)
	return out
}

var absolute = regexp.MustCompile(`/[A-Za-z0-9._/-]+`)

// named are the paths in what the lesson has run.
func (p *proof) named() map[string]bool {
	out := map[string]bool{}
	for i := range p.lesson.Steps {
		s := &p.lesson.Steps[i]
		for _, f := range s.Commands(p.session.Variant) {
			for _, word := range absolute.FindAllString(f.Text, -1) {
				out[path.Clean(word)] = true
			}
		}
		if s.Run != nil && s.Run.With["path"] != "" {
			out[s.Run.With["path"]] = true
		}
	}
	return out
}

func mountPoints() (out []string) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 4 {
			out = append(out, fields[4])
		}
	}
	return out
}

func interfaces() (out []string) {
	list, _ := net.Interfaces()
	for _, i := range list {
		out = append(out, i.Name)
	}
	return out
}
