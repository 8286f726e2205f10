package export

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// asUnshare writes a script in two or three parts. The outer one is the host's
// side: cgroups, and tidying up. The inner one mounts and restricts, in the new
// namespaces. Between them, for root with a user namespace, is one that still
// may what only the host's root may: overlays, and the id map.
func asUnshare(r request) (Export, error) {
	u := unshare{request: r, group: r.groupName()}
	var s script
	s.text.WriteString(u.head())
	s.step("COMMAND is a shell unless told otherwise", "set -eu", "[ $# -gt 0 ] || set -- "+quoted(r.command...))
	s.step("what is needed meanwhile lies here; nothing is mounted on it in the host's mount table", u.directory()...)
	s.file("inside", "what happens in the new namespaces", u.inside())
	if r.ranged() {
		s.file("outside", "what the host's root has to do first", u.outside())
	}
	u.cgroups(&s)
	s.step(u.whyLaunch(), u.launch()...)
	return Export{Text: s.text.String()}, nil
}

// unshare is a script in the making.
type unshare struct {
	request
	group string // the part of the cgroups' paths that is this plan's name
}

// head is what a reader is told first.
func (u unshare) head() string {
	head := fmt.Sprintf("#!/bin/sh\n# Layers: %s; root %s.\n", cmp.Or(u.Layers.String(), "none"), u.Root)
	head += "# sh THIS [COMMAND [ARGUMENT...]]; with util-linux 2.38 or later and coreutils, as " + u.who() + ".\n"
	for _, c := range u.consequences(Unshare) {
		head += comment("Otherwise than in tentpole: " + c.Why + ".")
	}
	return head
}

func (u unshare) who() string {
	if u.Rootless {
		return "an ordinary user"
	}
	return "root"
}

// remove takes a cgroup away, and who is still in it.
const remove = `remove() {
	[ -d "$1" ] || return 0
	for try in 1 2 3 4 5 6 7 8 9 10; do
		rmdir "$1" 2> /dev/null && return
		while read -r pid; do [ "$pid" = 0 ] || kill -9 "$pid" 2> /dev/null || :; done < "$1/cgroup.procs"
		sleep 0.1
	done
}`

// leave has room for the cgroups. Overlay's work directory is closed to its
// owner, who opens it to remove it.
const leave = `leave() {
	status=$?
	trap - EXIT
	set +e
	cd /
%s	chmod -R u+rwX "$dir"
	rm -rf --one-file-system "$dir"
	exit $status
}
trap leave EXIT
trap : INT QUIT # the command's to answer
trap 'exit 129' HUP
trap 'exit 143' TERM
cd "$dir"
chmod 711 .`

// directory makes a place of the script's own and has it go in the end.
func (u unshare) directory() []string {
	lines := []string{`dir=$(mktemp -d "${TMPDIR:-/var/tmp}/tentpole.XXXXXX")`}
	if u.group != "" {
		lines = append(lines, "group=tentpole-script-$$")
	}
	if !u.Root.Own() {
		lines = append(lines, `export start="$PWD"`)
	}
	removals := ""
	for _, dir := range slices.Backward(u.groupDirectories()) {
		removals += "\tremove " + fill(dir, u.group, "group") + "\n"
	}
	if removals != "" {
		lines = append(lines, remove)
	}
	return append(lines, fmt.Sprintf(leave, removals))
}

// launch starts the inner part in its namespaces.
func (u unshare) launch() []string {
	start := u.enter() + `sh inside "$@"`
	if u.ranged() { // the rest of it is in the part outside
		start = `sh outside "$@"`
		if u.Root.Own() {
			start = "unshare --mount " + start
		}
	}
	if scope, ok := first[op.StartScope](u.Plan); ok {
		return []string{strings.Replace(scope.Command(), quoted(scope.Unit), `"$group.scope"`, 1) + ` --quiet sh limits "$group" ` + start}
	}
	joins := u.joins()
	if len(joins) == 0 {
		return []string{start}
	}
	return append(append([]string{"("}, joins...), "\texec "+start, ")")
}

// whyLaunch says what the namespaces are good for.
func (u unshare) whyLaunch() string {
	var whys []string
	for _, s := range u.Steps {
		switch s.Operation.(type) {
		case op.JoinCgroup, op.Clone, op.CgroupNamespace, op.UnshareCgroup, op.UnshareTime:
			whys = append(whys, s.Why)
		}
	}
	return strings.Join(whys, "\n")
}

// enter is the command that makes the namespaces; the user namespace is there
// already when its ids are a range.
func (u unshare) enter() string {
	clone := u.clone()
	if u.ranged() {
		clone.Namespaces = slices.DeleteFunc(slices.Clone(clone.Namespaces), func(n string) bool { return n == string(sandbox.User) })
	}
	words := []string{strings.TrimPrefix(clone.Command(), "unshare ")}
	if u.Layers.Has(sandbox.Cgroup) {
		words = append(words, "--cgroup")
	}
	fork := u.Layers.Has(sandbox.PID)
	if t, ok := first[op.UnshareTime](u.Plan); ok {
		words = append(words, strings.TrimPrefix(t.Command(), "unshare "))
		fork = true // only children are in a new time namespace
	}
	if fork {
		words = append(words, "--fork", "--kill-child")
	}
	flags := strings.TrimSpace(strings.Join(words, " "))
	if flags == "" {
		return ""
	}
	return "unshare " + strings.Replace(flags, "--pid --fork", "--pid", 1) + " "
}

// outside mounts what only the host's root may, and says who is who inside. The
// namespace is made first and entered then: unshare(1) would ask newuidmap(1),
// which wants these ids in /etc/subuid.
func (u unshare) outside() *script {
	var s script
	s.step("run by the script, with the host's root's rights still; root inside works in the same place", "set -eu",
		fmt.Sprintf("chown %d:%d .", u.Owner(), u.Owner()))
	s.step("the files to read, a directory of the sandbox's own to write", u.overlays("root")...)
	lines := []string{"mkfifo ready", "unshare --user sh -c 'echo > ready; exec sleep 30' &", "holder=$!", "read -r _ < ready"}
	clone := u.clone()
	for _, m := range []struct {
		file string
		maps []op.IDMap
	}{{"uid_map", clone.UIDs}, {"gid_map", clone.GIDs}} {
		for _, ids := range m.maps {
			lines = append(lines, fmt.Sprintf("echo %d %d %d > /proc/$holder/%s", ids.Inside, ids.Outside, ids.Count, m.file))
		}
	}
	s.step("root inside is nobody outside", lines...)
	s.step("the rest of the namespaces belong to that one", "status=0",
		"nsenter --user=/proc/$holder/ns/user --setuid 0 --setgid 0 "+u.enter()+`sh inside "$@" || status=$?`,
		"kill $holder 2> /dev/null || :", "exit $status")
	return &s
}

// groupName is the last part of the path of the plan's cgroup, which the script
// replaces: tentpole removes what bears the name of a plan whose maker is gone.
func (r request) groupName() string {
	if scope, ok := first[op.StartScope](r.Plan); ok {
		return strings.TrimSuffix(scope.Unit, ".scope")
	}
	if dirs := r.groupDirectories(); len(dirs) > 0 {
		return path.Base(dirs[0])
	}
	return ""
}

// groupDirectories are the cgroups that the plan makes.
func (r request) groupDirectories() []string {
	unified, _ := first[op.MakeCgroup](r.Plan)
	branches, _ := first[op.MakeBranches](r.Plan)
	return slices.Concat(unified.Paths, branches.Paths)
}

// cgroups makes them, with their limits. In a scope, which systemd makes, that
// is done by who is in it.
func (u unshare) cgroups(s *script) {
	if _, ok := first[op.StartScope](u.Plan); ok {
		s.file("limits", "limits, set from within the scope that systemd makes", u.scope())
		return
	}
	for _, step := range u.Steps {
		switch o := step.Operation.(type) {
		case op.MakeCgroup:
			s.step(step.Why, append(u.directories(o.Paths), u.writes(o.Enable)...)...)
		case op.MakeBranches:
			s.step(step.Why, u.directories(o.Paths)...)
		case op.SetLimits:
			s.step(step.Why, u.writes(o.Writes)...)
		}
	}
}

func (u unshare) directories(list []string) (lines []string) {
	for _, dir := range list {
		lines = append(lines, "mkdir "+fill(dir, u.group, "group"))
	}
	return lines
}

// writes sets control files. A kernel without swap has none for it.
func (u unshare) writes(list []op.Write) (lines []string) {
	for _, w := range list {
		file := fill(w.Path, u.group, "group")
		line := "echo " + quoted(w.Value) + " > " + file
		if path.Base(w.Path) == "memory.swap.max" {
			line = "[ ! -e " + file + " ] || " + line
		}
		lines = append(lines, line)
	}
	return lines
}

// scope splits a scope as the plan does: a cgroup that hands controllers on has
// no processes of its own (cgroup-v2.rst, "no internal processes").
func (u unshare) scope() *script {
	var s script
	limits, _ := first[op.SetLimits](u.Plan)
	leaf, controllers := "", []string{}
	for _, w := range limits.Writes {
		leaf = path.Dir(w.Path)
		name, _, _ := strings.Cut(path.Base(w.Path), ".")
		if !slices.Contains(controllers, "+"+name) {
			controllers = append(controllers, "+"+name)
		}
	}
	at := fill(leaf, u.group, "group")
	s.step("run by the script, in the scope", "set -eu", "group=$1", "shift", "mkdir "+at, "echo 0 > "+at+"/cgroup.procs",
		"echo "+quoted(strings.Join(controllers, " "))+" > "+fill(path.Dir(leaf)+"/cgroup.subtree_control", u.group, "group"))
	s.step("a limit for all commands together", append(u.writes(limits.Writes), `exec "$@"`)...)
	return &s
}

// joins have a shell put itself into the cgroups.
func (u unshare) joins() (lines []string) {
	join, _ := first[op.JoinCgroup](u.Plan)
	files := []string{}
	switch tracked := u.clone().Cgroup; {
	case join.Leaf:
		files = append(files, join.Paths[0]+"/cgroup.procs")
	case tracked != "":
		files = append(files, tracked+"/cgroup.procs")
	}
	for i := range join.Tasks {
		files = append(files, join.Paths[i]+"/tasks")
	}
	for _, file := range files {
		lines = append(lines, "\techo 0 > "+fill(file, u.group, "group"))
	}
	return lines
}
