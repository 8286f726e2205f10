//go:build linux

package shell

import (
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/printable"
)

// plainPrompt is the prompt where PS1 is not set.
const plainPrompt = `\u@\h:\w\$ `

// prompt spells PS1 out: \u user, \h host, \w and \W directory, \$ a # for
// root. The host's name is asked for each time, as it may have been changed.
func (s *session) prompt() string {
	text := plainPrompt
	if v, ok := s.runner.Vars["PS1"]; ok && v.IsSet() {
		text = v.String()
	}
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	sign := "$"
	if os.Geteuid() == 0 {
		sign = "#"
	}
	where := s.tilde(s.runner.Dir)
	replaced := strings.NewReplacer(`\u`, userName(), `\h`, host, `\w`, where, `\W`, path.Base(where), `\$`, sign, `\\`, `\`).Replace(text)
	return printable.Text(replaced)
}

// tilde shortens the home directory.
func (s *session) tilde(dir string) string {
	home := s.variable("HOME")
	if home == "" || home == "/" {
		return dir
	}
	if rest, ok := strings.CutPrefix(dir, home); ok && (rest == "" || rest[0] == '/') {
		return "~" + rest
	}
	return dir
}

// variable is the value of a shell variable.
func (s *session) variable(name string) string { return s.runner.Vars[name].String() }

// userName is the name that /etc/passwd has for this user, or the number.
func userName() string {
	id := strconv.Itoa(os.Geteuid())
	b, _ := os.ReadFile("/etc/passwd")
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(line, ":"); len(f) > 2 && f[2] == id {
			return f[0]
		}
	}
	return id
}
