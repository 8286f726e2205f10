package lessons

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// settings are the keys of a step that say more of its sandbox, named like the
// flags of the command line. They stay until changed; an empty list takes one
// back. What they may be is for the engine to say.
var settings = []struct {
	key  string
	many bool // a list; otherwise one word
}{
	{"network", false},
	{"ports", true},
	{"hostname", false},
	{"read-only", false},
	{"upper", false},
	{"tmpfs", true},
	{"capabilities", true},
	{"seccomp", false},
	{"seccomp-allow", true},
	{"seccomp-deny", true},
	{"landlock-read", true},
	{"landlock-write", true},
	{"landlock-bind", true},
	{"landlock-connect", true},
}

// settingKeys are their names.
func settingKeys() []string {
	keys := make([]string, len(settings))
	for i, s := range settings {
		keys[i] = s.key
	}
	return keys
}

// settingFields are the fields of a step directive that read them.
func (a *asked) settingFields(known Known) []field {
	a.settings = map[string][]string{}
	fields := make([]field, len(settings))
	for i, s := range settings {
		fields[i] = field{s.key, false, func(d *document, n ast.Node) {
			words := []string{}
			if _, list := n.(*ast.SequenceNode); list {
				textsInto(&words)(d, n)
			} else if word, ok := d.text(n); ok {
				words = append(words, word)
			}
			if !s.many && len(words) > 1 {
				d.add(d.pos(n), "write one word", "%s: a list of %d", s.key, len(words))
				return
			}
			if known.Setting != nil && len(words) > 0 {
				if err := known.Setting(s.key, words); err != nil {
					d.add(d.pos(n), "", "%v", err)
				}
			}
			a.settings[s.key] = words
		}}
	}
	return fields
}

// applySettings brings those of the steps so far up to date.
func (b *builder) applySettings() {
	if len(b.asked.settings) == 0 {
		return
	}
	b.settings = maps.Clone(b.settings)
	if b.settings == nil {
		b.settings = map[string][]string{}
	}
	for key, words := range b.asked.settings {
		if b.settings[key] = words; len(words) == 0 {
			delete(b.settings, key)
		}
	}
}

// Mounted is a volume of a step: a directory that lives as long as the lesson
// is open, and where it is shown inside.
type Mounted struct {
	Name     string // by which conditions know it; in capitals it is a variable of blocks for the host
	At       string // absolute, inside
	ReadOnly bool
}

// Variable is the environment variable that has the volume's path on the host.
func (m Mounted) Variable() string { return strings.ToUpper(m.Name) }

var (
	volumeName = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)
	// heeded are words in the names of variables that shells, loaders and
	// interpreters look for. What a sandbox can write to must not become where
	// the host looks for programs.
	heeded = regexp.MustCompile(`path|lib|home|env|ifs|opt|dir|shell|edit|page|conf|term|lang|user|mail|rc|init|load|prof|alias|prompt|^ps[0-9]$|^lc|^ld|^no`)
)

// readVolumes reads volumes: [{name: data, at: /data}].
func (a *asked) readVolumes(d *document, n ast.Node) {
	a.volumes = []Mounted{}
	d.list(n, func(v ast.Node) {
		var m Mounted
		d.object(v, "volume", []field{
			{"name", true, idInto(&m.Name)},
			{"at", true, textInto(&m.At)},
			{"read-only", false, flagInto(&m.ReadOnly)},
		})
		if why := a.refuses(m); why != "" {
			d.add(d.pos(v), "", "volume: %s", why)
			return
		}
		a.volumes = append(a.volumes, m)
	})
}

// refuses says what is wrong with one more volume.
func (a *asked) refuses(m Mounted) string {
	if m.Name != "" && (!volumeName.MatchString(m.Name) || heeded.MatchString(m.Name)) {
		return fmt.Sprintf("%q becomes a variable of the host's shells: write a plain word that no program heeds, such as data", m.Name)
	}
	if m.At != "" && (!path.IsAbs(m.At) || path.Clean(m.At) != m.At || m.At == "/") {
		return fmt.Sprintf("%q is not an absolute path to a directory, without . and ..", m.At)
	}
	for _, other := range a.volumes {
		if m.Name == other.Name || m.At == other.At {
			return fmt.Sprintf("%s at %s is there twice", m.Name, m.At)
		}
	}
	return ""
}
