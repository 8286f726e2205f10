package main

import (
	"path"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// topLinks are what Debian's root has instead of directories.
var topLinks = []string{"bin", "sbin", "lib", "lib64"}

// emptyDirs are for mounts and for programs to write in, with their modes.
var emptyDirs = map[string]uint64{
	"/dev": 0o755, "/proc": 0o555, "/sys": 0o555, "/run": 0o755, "/mnt": 0o755, "/srv": 0o755, "/opt": 0o755,
	"/tmp": 0o1777, "/var/tmp": 0o1777, "/var/lib": 0o755, "/var/log": 0o755,
	"/usr/sbin": 0o755, "/usr/lib64": 0o755, "/root": 0o700,
}

// home is the ordinary user's.
const home = "/home/" + agenda.Tester

// programs is where the programs are that tests build themselves.
const programs = "/usr/lib/go/programs"

// noGo stands for Go, which the machine has not: to a test that builds the
// program of its directory it gives the one that was built together with it.
const noGo = `#!/bin/sh
if [ "$1" = build ]; then
	while [ $# -gt 1 ]; do
		if [ "$1" = -o ]; then exec cp "` + programs + `${PWD#` + agenda.Source + `}" "$2"; fi
		shift
	done
fi
echo "there is no Go on this machine" >&2
exit 1
`

// textFiles are small files of the machine.
var textFiles = []struct {
	name, content string
	mode          uint64
}{
	{"/etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntester:x:1000:1000::/home/tester:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n", 0o644},
	{"/etc/group", "root:x:0:\ntty:x:5:\ntester:x:1000:\nnogroup:x:65534:\n", 0o644},
	{"/etc/subuid", "tester:100000:65536\n", 0o644},
	{"/etc/subgid", "tester:100000:65536\n", 0o644},
	{"/etc/hostname", "machine\n", 0o644},
	{"/etc/hosts", "127.0.0.1 localhost machine\n::1 localhost\n", 0o644},
	{"/etc/resolv.conf", "nameserver 127.0.0.1\n", 0o644},
	{"/etc/fstab", "/dev/vda / ext4 defaults 0 1\n", 0o644},
	{"/usr/local/bin/go", noGo, 0o755},
}

// ownFiles are taken from this machine if it has them: what the programs of
// commands.go and the remedies of tentpole read.
var ownFiles = []string{"/etc/os-release", "/etc/protocols", "/etc/services"}

// system is the root file system of the machine, but for its programs.
func system() (initramfs.Tree, error) {
	t := initramfs.Tree{}
	for name, mode := range emptyDirs {
		t.Dir(name, mode)
	}
	for _, name := range topLinks {
		t.Link("/"+name, "usr/"+name)
	}
	for _, f := range textFiles {
		t.File(f.name, f.content, f.mode)
	}
	for _, name := range ownFiles {
		if err := addOwn(t, name); err != nil {
			return nil, err
		}
	}
	t.Dir(home, 0o700)
	t.Own(home, agenda.ID)
	return t, nil
}

// addTests puts what was built into the tree: test binaries where go test
// would run them, with the files that their tests may read there.
func addTests(t initramfs.Tree, list []tested, b built) error {
	for _, p := range list {
		if err := p.add(t, b); err != nil {
			return err
		}
	}
	if err := t.CopyFile(path.Join(agenda.Source, "go.mod"), path.Join(b.repository, "go.mod"), 0o644); err != nil {
		return err
	}
	if err := t.CopyFile(agenda.Events, b.program(eventsPackage), 0o755); err != nil {
		return err
	}
	return t.CopyFile(agenda.Init, b.program(initPackage), 0o755)
}

func (p tested) add(t initramfs.Tree, b built) error {
	if err := t.CopyFile(p.program(), b.test(p), 0o755); err != nil {
		return err
	}
	if p.build {
		if err := t.CopyFile(p.built(), b.program(p.dir), 0o755); err != nil {
			return err
		}
	}
	dir := path.Join(agenda.Source, p.dir)
	if err := t.CopyFiles(dir, path.Join(b.repository, p.dir), ".bin"); err != nil {
		return err
	}
	return t.CopyDir(path.Join(dir, "testdata"), path.Join(b.repository, p.dir, "testdata"))
}

// archive is what the kernel is given: the first init, the agenda, the
// modules, and the tree that becomes the machine's root.
func archive(root initramfs.Tree, k initramfs.Kernel, b built, a agenda.Agenda) (initramfs.Tree, error) {
	t := initramfs.Tree{}
	if err := t.CopyFile("/init", b.program(initPackage), 0o755); err != nil {
		return nil, err
	}
	var err error
	if a.Modules, err = k.AddModules(t, wanted...); err != nil {
		return nil, err
	}
	if err := addAgenda(t, a); err != nil {
		return nil, err
	}
	for _, dir := range []string{"/dev", "/proc", "/sys", "/root"} {
		t.Dir(dir, 0o755)
	}
	for name, r := range root {
		r.Name = path.Join(agenda.Tree, name)
		t.Put(r)
	}
	return t, nil
}
