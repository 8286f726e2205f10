package export

import (
	"fmt"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// script is a shell script on its way: steps with a comment each.
type script struct {
	text strings.Builder
	why  string // of the step before
}

// step adds lines and says what they are good for; the reason of several in a
// row is said once.
func (s *script) step(why string, lines ...string) {
	if len(lines) == 0 {
		return
	}
	if why != s.why {
		s.text.WriteString("\n" + comment(why))
		s.why = why
	}
	for _, line := range lines {
		s.text.WriteString(line + "\n")
	}
}

// file adds a file whose text is another script.
func (s *script) file(name, why string, content *script) {
	end := strings.ToUpper(name)
	s.step(why, fmt.Sprintf("cat > %s <<'%s'\n%s%s", name, end, strings.TrimPrefix(content.text.String(), "\n"), end))
}

// comment makes text a comment, whatever is in it.
func comment(text string) string {
	return "# " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n# ") + "\n"
}

// quoted writes words for a shell.
func quoted(words ...string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = op.Quote(w)
	}
	return strings.Join(list, " ")
}

// fill writes a path whose part name is a variable of the shell's.
func fill(p, name, variable string) string {
	before, after, found := strings.Cut(p, name)
	if !found || name == "" {
		return quoted(p)
	}
	s := `"$` + variable + `"`
	if before != "" {
		s = quoted(before) + s
	}
	if after != "" {
		s += quoted(after)
	}
	return s
}

// overlay lays an overlay over a directory, with what is written in
// directories beside it. The paths are as they are to be typed.
func overlay(o op.BuildOverlay, target string, shift bool) []string {
	lines := []string{
		"mkdir -p " + quoted(o.Upper, o.Work, target),
		"chmod --reference=" + quoted(o.Lower) + " " + quoted(o.Upper, o.Work),
	}
	if shift {
		lines = append(lines, fmt.Sprintf("chown %d:%d %s", o.Owner, o.Owner, quoted(o.Upper, o.Work)))
	}
	return append(lines, strings.TrimSuffix(o.Command(), "ROOT")+quoted(target))
}

// overlays lists what mounts the overlays that the plan builds outside of the
// sandbox, with the new root at a path relative to the directory they are in.
func (r request) overlays(root string) (lines []string) {
	built := map[string]op.BuildOverlay{}
	for _, o := range all[op.BuildOverlay](r.Plan) {
		if o.Memory && len(built) == 0 {
			lines = append(lines, inMemory("memory"), inMemory("mounts"))
		}
		built[o.Name] = o
	}
	for _, a := range all[op.AttachMount](r.Plan) {
		o, ok := built[a.Name]
		if !ok {
			continue
		}
		o.Upper, _ = r.relative(o.Upper)
		o.Work, _ = r.relative(o.Work)
		at, _ := r.relative(a.Target)
		lines = append(lines, overlay(o, path.Join(root, strings.TrimPrefix(at, "root")), r.ranged())...)
	}
	return lines
}

// inMemory mounts a tmpfs for what is written to a root.
func inMemory(dir string) string {
	return "mkdir " + dir + " && " + op.Mount{Type: "tmpfs", Source: "tmpfs", Target: dir,
		Options: []string{"nosuid", "nodev", "mode=0755", fmt.Sprintf("size=%d", op.MemorySize)}}.Command()
}
