package export

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// functions are what the inner part needs besides the commands themselves.
const functions = `bind() { # OPTIONS SOURCE TARGET: with what is mounted below
	if [ -d "$2" ]; then mkdir -p "$3"; elif [ ! -e "$3" ]; then mkdir -p "$(dirname "$3")"; : > "$3"; fi
	mount --rbind "$2" "$3"
	[ -z "$1" ] || findmnt -Rnro TARGET "$3" | while read -r at; do mount -o "remount,bind,$1" "$at"; done
}`

const within = `within() { # PATH: no link on the way may lead out of the new root
	case $(realpath -m -- "$1") in "$(pwd -P)"/root/*) ;; *) echo "$1 leads out of the new root" >&2; exit 1 ;; esac
}`

// inner is the inner part on its way. All mounts are made before the change of
// root, below the directory root: the new one may lack mount(8).
type inner struct {
	unshare
	script
	restrict [][2]string // a reason, and what comes before the command
}

func (u unshare) inside() *script {
	in := inner{unshare: u}
	in.step("run by the script, in the new namespaces", "set -eu", functions)
	if u.Root.Own() {
		in.step(in.why, within)
	}
	for _, s := range u.Steps {
		in.step(s.Why, in.lines(s)...)
	}
	in.changeRoot()
	in.restrictions()
	return &in.script
}

// at is where a path of the sandbox's lies as long as the root is not changed.
func (in *inner) at(p string) string {
	if !in.Root.Own() {
		return p
	}
	if rest, ok := in.relative(p); ok {
		return rest
	}
	return path.Join("root", p)
}

// checked refuses a path that the new root's links lead astray.
func (in *inner) checked(p string) (at string, lines []string) {
	at = in.at(p)
	if _, ours := in.relative(p); in.Root.Own() && !ours {
		lines = []string{"within " + quoted(at)}
	}
	return at, lines
}

// lines are what a person would type for an operation of the child's. Those
// that are missing here are done elsewhere in the script: by the outer part, or
// when all is mounted.
func (in *inner) lines(s sandbox.Step) []string {
	switch o := s.Operation.(type) {
	case op.PrivateMounts:
		return in.private(o)
	case op.Mount:
		return in.mount(o)
	case op.Bind:
		return []string{in.bind(o)}
	case op.MountOrBind:
		return in.mountOrBind(o)
	case op.PlaceMount:
		at, lines := in.checked(o.Target)
		return append(lines, "bind "+quoted(strings.TrimSuffix("nosuid,nodev,"+readOnly(o.ReadOnly), ","), o.Source, at))
	case op.AttachMount:
		return in.attach(o)
	case op.OverlayDirectory:
		return in.overlayDirectory(o)
	case op.MakeDirectory:
		o.Path = in.at(o.Path)
		return []string{o.Command()}
	case op.MakeSymlink:
		o.Path = in.at(o.Path)
		return []string{o.Command()}
	case op.Devices:
		return devices(in.at(o.Target), o.TerminalGroup, "bind '' /dev/$d %s/$d")
	case op.Mask:
		o.Path = in.at(o.Path)
		return []string{"[ ! -d " + quoted(o.Path) + " ] || " + o.Command()}
	case op.HidePaths:
		return in.hide(o)
	case op.ReadOnlyRoot:
		return []string{"mount -o remount,bind,ro root"}
	case op.SetHostname, op.LinkUp:
		return []string{o.Command()}
	case op.LimitCapabilities, op.NoNewPrivileges:
		in.restrict = append(in.restrict, [2]string{s.Why, o.Command()})
	case op.Landlock:
		in.restrict = append(in.restrict, [2]string{s.Why, landlock(o)})
	case op.Seccomp:
		in.restrict = append(in.restrict, [2]string{s.Why, seccompFilter})
		return saveFilter(o)
	}
	return nil
}

func readOnly(yes bool) string {
	if yes {
		return "ro"
	}
	return ""
}

// private parts the mount tables. A mount that came along from the host's root
// cannot become the root here, a copy of it can; mount_namespaces(7).
func (in *inner) private(o op.PrivateMounts) []string {
	if in.ranged() && in.Root.Own() {
		return []string{o.Command(), "mount --rbind root root"}
	}
	return []string{o.Command()}
}

func (in *inner) mount(o op.Mount) []string {
	at, lines := in.checked(o.Target)
	o.Target = at
	return append(lines, "mkdir -p "+quoted(at), o.Command())
}

func (in *inner) bind(o op.Bind) string {
	return "bind " + quoted(readOnly(o.ReadOnly), o.Source, in.at(o.Target))
}

// mountOrBind lets mount(8) say why it was refused.
func (in *inner) mountOrBind(o op.MountOrBind) []string {
	lines := in.mount(o.Mount)
	lines[len(lines)-1] += " || " + in.bind(o.Bind)
	return lines
}

// attach mounts what tentpole builds apart: overlays, unless they were mounted
// outside, and a /dev.
func (in *inner) attach(o op.AttachMount) []string {
	first, _ := first[op.AttachMount](in.Plan)
	switch {
	case o.Name == op.DevMount:
		return devices(in.at(o.Target), in.terminalGroup(), "")
	case o == first && !in.ranged():
		return in.overlays("root")
	}
	return nil
}

func (in *inner) overlayDirectory(o op.OverlayDirectory) []string {
	o.Upper, o.Work, o.Target = in.at(o.Upper), in.at(o.Work), in.at(o.Target)
	return []string{"mkdir -p " + quoted(o.Upper, o.Work, o.Target), "chmod --reference=" + quoted(o.Lower, o.Upper), o.Command()}
}

// devices fill a /dev. In a user namespace nodes cannot be made: bind, which
// has a place for the directory, shows the host's.
func devices(dev string, terminalGroup int, bind string) []string {
	at := quoted(dev)
	pts := op.Mount{Type: "devpts", Source: "devpts", Target: dev + "/pts", Options: []string{"newinstance", "ptmxmode=0666", "mode=0620", "nosuid", "noexec"}}
	if terminalGroup > 0 {
		pts.Options = append(pts.Options, fmt.Sprintf("gid=%d", terminalGroup))
	}
	lines := []string{"mkdir -p " + at,
		op.Mount{Type: "tmpfs", Source: "tmpfs", Target: dev, Options: []string{"nosuid", "noexec", "mode=0755", "size=64k"}}.Command()}
	var names []string
	for _, n := range op.DeviceNodes {
		names = append(names, n.Name)
		if bind == "" {
			lines = append(lines, fmt.Sprintf("mknod -m 666 %s/%s c %d %d", at, n.Name, n.Major, n.Minor))
		}
	}
	if bind != "" {
		lines = append(lines, "for d in "+quoted(names...)+"; do "+fmt.Sprintf(bind, at)+"; done")
	}
	lines = append(lines, "mkdir "+quoted(dev+"/pts", dev+"/shm"), pts.Command(),
		op.Mount{Type: "tmpfs", Source: "shm", Target: dev + "/shm", Options: []string{"nosuid", "nodev", "noexec", "mode=1777", "size=65536k"}}.Command())
	for _, l := range op.DeviceLinks {
		lines = append(lines, op.MakeSymlink{Target: l.Target, Path: dev + "/" + l.Name}.Command())
	}
	return lines
}

// hide covers directories with empty ones, files with /dev/null, and locks
// others; what is not there is passed over.
func (in *inner) hide(o op.HidePaths) []string {
	return []string{
		"for p in " + quoted(in.below(o.Hidden)...) + "; do",
		"\tif [ -d \"$p\" ]; then " + strings.TrimSuffix(op.Mask{Path: "P"}.Command(), "P") + `"$p"; elif [ -e "$p" ]; then bind ro /dev/null "$p"; fi`,
		"done",
		"for p in " + quoted(in.below(o.ReadOnly)...) + `; do [ ! -e "$p" ] || bind ro "$p" "$p"; done`,
	}
}

func (in *inner) below(paths []string) (list []string) {
	for _, p := range paths {
		list = append(list, in.at(p))
	}
	return list
}

// changeRoot takes the new root. One that is not the host's may have neither
// umount(8) nor setpriv(1): these come along, in a mount of their own that
// stays where it is when the old root goes.
func (in *inner) changeRoot() {
	pivot, ok := first[op.PivotRoot](in.Plan)
	if !ok {
		return
	}
	if in.Root == sandbox.RootOverlay {
		pivot.Root = "root"
		in.step("the new root takes the old one's place", pivot.Command(), "cd /")
		return
	}
	in.step("tools that the new root may not have come along, with their libraries",
		"mkdir tools", "mount -t tmpfs -o mode=0755 tmpfs tools",
		`for tool in umount setpriv script; do`,
		`	tool=$(command -v $tool) || continue`,
		`	cp "$tool" tools`,
		`	ldd "$tool" | sed -n 's/^[^/]*\(\/[^ ]*\).*/\1/p' | xargs -r cp -Lt tools`,
		`done`,
		"cd tools", `brought="$(echo ./ld-*) --library-path ."`)
	in.step("the new root takes the old one's place", "pivot_root ../root ../root", "$brought ./umount -l /")
}

// restrictions put before the command what it takes on, the last one first.
func (in *inner) restrictions() {
	brought := in.Root.Own() && in.Root != sandbox.RootOverlay
	if brought {
		in.step("the tools stay behind", `set -- sh -c 'cd / && exec "$@"' sh "$@"`)
	}
	for _, r := range slices.Backward(in.restrict) {
		line := r[1]
		if !strings.HasPrefix(line, "if ") {
			line = "set -- " + line + ` "$@"`
		}
		if brought {
			line = strings.ReplaceAll(line, "setpriv ", "$brought ./setpriv ")
		}
		in.step(r[0], line)
	}
	if !in.Root.Own() {
		in.step("back to where the script was started", `cd "$start"`, "unset start")
	}
	in.step("the command itself; this shell stays above it, as an init", in.last(brought)...)
}

// last starts the command. In a new pid namespace a shell cannot tell who has
// the terminal outside, so it gets one of its own: script(1).
func (in *inner) last(brought bool) []string {
	if !in.Layers.Has(sandbox.PID) {
		return []string{`"$@"`}
	}
	found, script := "command -v script > /dev/null", "script"
	if brought {
		found, script = "[ -e script ]", "$brought ./script"
	}
	return []string{
		"if [ -t 0 ] && [ -t 1 ] && " + found + "; then",
		"\tline=",
		"\tfor word; do # quoted again, by the shell itself: there may be nothing else",
		`		line="$line '"`,
		`		while [ "$word" != "${word%%\'*}" ]; do line="$line${word%%\'*}'\\''"; word=${word#*\'}; done`,
		`		line="$line$word'"`,
		"\tdone",
		"\tSHELL=/bin/sh " + script + ` -qec "$line" /dev/null`,
		"else",
		`	"$@"`,
		"fi",
	}
}

// landlock is setpriv(1) with rules, where it has them (util-linux 2.41). A
// rule without rights gives all.
func landlock(o op.Landlock) string {
	add := `for p in %s; do [ ! -e "$p" ] || set -- --landlock-rule "path-beneath:%s:$p" "$@"; done; `
	return `if setpriv --help | grep -q -e --landlock-rule; then ` +
		fmt.Sprintf(add, quoted(o.Read...), "execute,read-file,read-dir") + fmt.Sprintf(add, quoted(o.Write...), "") +
		`set -- setpriv --landlock-access fs "$@"; fi`
}

// seccompFilter is setpriv(1) with the filter, where it can (util-linux 2.41).
const seccompFilter = `if setpriv --help | grep -q -e --seccomp-filter; then set -- setpriv --seccomp-filter /proc/self/fd/9 sh -c 'exec 9<&-; exec "$@"' sh "$@"; else exec 9<&-; fi`

// saveFilter opens the filter, a program for the kernel, as descriptor 9, which
// outlives the change of root.
func saveFilter(o op.Seccomp) []string {
	text := base64.StdEncoding.EncodeToString(o.Filter)
	lines := []string{"base64 -d > filter <<'FILTER'"}
	for chunk := range slices.Chunk([]byte(text), 76) {
		lines = append(lines, string(chunk))
	}
	return append(lines, "FILTER", "exec 9< filter")
}
