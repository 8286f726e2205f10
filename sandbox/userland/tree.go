package userland

import (
	"io/fs"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
)

// ProgramPath is where the program lies inside.
const ProgramPath = "bin/" + manual.Program

// Entry is one file of the tiny root. Exactly one of directory (by Mode), Link,
// Data or the program (by Path) is meant.
type Entry struct {
	Path string      // inside, without the leading slash
	Mode fs.FileMode // type and permissions; symbolic links have none of their own
	Link string      // where a symbolic link leads
	Data string      // what a file holds
}

// IsProgram tells whether this is the one file that holds the commands.
func (e Entry) IsProgram() bool { return e.Path == ProgramPath }

// directories of the tiny root, parents first. Those for proc, sysfs, tmpfs and
// device nodes are there to be mounted on.
var directories = []struct {
	path string
	mode fs.FileMode
}{
	{"bin", 0o755}, {"dev", 0o755}, {"dev/pts", 0o755}, {"dev/shm", fs.ModeSticky | 0o777}, {"etc", 0o755}, {"home", 0o755},
	{"mnt", 0o755}, {"opt", 0o755}, {"proc", 0o555}, {"root", 0o700}, {"run", 0o755}, {"sys", 0o555},
	{"tmp", fs.ModeSticky | 0o777}, {"usr", 0o755}, {"var", 0o755}, {"var/log", 0o755}, {"var/tmp", fs.ModeSticky | 0o777}, {"var/www", 0o755},
}

// links beside those of the commands, for scripts that begin with #!/usr/bin/env.
var links = []Entry{
	{Path: "sbin", Link: "bin"}, {Path: "usr/bin", Link: "../bin"}, {Path: "usr/sbin", Link: "../bin"},
	{Path: "etc/mtab", Link: "../proc/self/mounts"},
}

// Tree returns the files of the tiny root, each after the directory it lies in.
func Tree() []Entry {
	var tree []Entry
	for _, d := range directories {
		tree = append(tree, Entry{Path: d.path, Mode: fs.ModeDir | d.mode})
	}
	tree = append(tree, Entry{Path: ProgramPath, Mode: 0o755})
	for _, c := range Commands() {
		tree = append(tree, Entry{Path: "bin/" + c.Name, Mode: fs.ModeSymlink, Link: manual.Program})
	}
	for _, l := range links {
		l.Mode = fs.ModeSymlink
		tree = append(tree, l)
	}
	for _, f := range files {
		tree = append(tree, Entry{Path: f.path, Mode: 0o644, Data: strings.TrimPrefix(f.text, "\n")})
	}
	return tree
}

// files with something in them. A resolver and the host's name are put in when
// a sandbox starts.
var files = []struct{ path, text string }{
	{"etc/passwd", `
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/:/bin/false
guest:x:1000:1000:guest:/home:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
`},
	{"etc/group", `
root:x:0:
daemon:x:1:
tty:x:5:
guest:x:1000:
nogroup:x:65534:
`},
	{"etc/hostname", "tiny\n"},
	{"etc/hosts", `
127.0.0.1	localhost
::1	localhost
`},
	{"etc/resolv.conf", "# No name server has been set.\n"},
	{"etc/nsswitch.conf", "hosts: files dns\n"},
	{"etc/shells", "/bin/sh\n"},
	{"etc/os-release", `
ID=tentpole-tiny
NAME="tentpole's tiny root"
PRETTY_NAME="tentpole's tiny root"
`},
	{"etc/profile", `
export PATH=/bin HOME=${HOME:-/root}
PS1='\u@\h:\w\$ '
[ -t 1 ] && [ -f /etc/motd ] && cat /etc/motd
`},
	{"etc/motd", `
This is tentpole's tiny root: a shell and some commands, in one small program.
Type help for the list. What you change here is gone when the sandbox ends.
`},
	{"README", `
This root file system comes with tentpole. Nothing in it is from the host.

/bin holds one program, /bin/tiny; every command is a link to it and is told
apart by the name it is started under. "help" lists them, "help NAME" says how
one is called. They do what learners need and say what other systems say, but
they are not GNU's or busybox's: for those, use an image.

Below this lies a directory on the host that all sandboxes share, read-only.
What you write lands in a layer above it that belongs to this sandbox alone.
Try: mount, ps, ip a, id, cat /proc/self/status, httpd -p 80 -h /var/www
`},
	{"var/www/index.html", `
<!doctype html>
<meta charset="utf-8">
<title>A page from a sandbox</title>
<h1>It works</h1>
<p>This page was served by a program in a sandbox of tentpole's.</p>
`},
}
