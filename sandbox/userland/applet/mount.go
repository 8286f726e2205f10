//go:build linux

package applet

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// flag is what an option of mount means to the kernel.
type flag struct {
	bits  uintptr
	clear bool
}

// mountFlags are the options that are flags; mount(8), mount(2). The rest are
// data for the file system.
var mountFlags = map[string]flag{
	"defaults": {}, "rw": {unix.MS_RDONLY, true}, "ro": {unix.MS_RDONLY, false},
	"nosuid": {unix.MS_NOSUID, false}, "suid": {unix.MS_NOSUID, true},
	"nodev": {unix.MS_NODEV, false}, "dev": {unix.MS_NODEV, true},
	"noexec": {unix.MS_NOEXEC, false}, "exec": {unix.MS_NOEXEC, true},
	"sync": {unix.MS_SYNCHRONOUS, false}, "async": {unix.MS_SYNCHRONOUS, true},
	"noatime": {unix.MS_NOATIME, false}, "atime": {unix.MS_NOATIME, true},
	"nodiratime": {unix.MS_NODIRATIME, false}, "relatime": {unix.MS_RELATIME, false}, "strictatime": {unix.MS_STRICTATIME, false},
	"remount": {unix.MS_REMOUNT, false}, "bind": {unix.MS_BIND, false}, "rbind": {unix.MS_BIND | unix.MS_REC, false},
	"private": {unix.MS_PRIVATE, false}, "rprivate": {unix.MS_PRIVATE | unix.MS_REC, false},
	"shared": {unix.MS_SHARED, false}, "rshared": {unix.MS_SHARED | unix.MS_REC, false},
	"slave": {unix.MS_SLAVE, false}, "rslave": {unix.MS_SLAVE | unix.MS_REC, false},
	"unbindable": {unix.MS_UNBINDABLE, false}, "move": {unix.MS_MOVE, false},
}

// mount mounts a file system, or lists what is mounted.
func mount(c *call) int {
	o, words, ok := c.mountArguments()
	if !ok {
		return 1
	}
	kind := o.value('t', "")
	if len(words) == 0 {
		return c.listMounts(kind)
	}
	flags, data := mountOptions(o)
	if len(words) == 1 && flags&(unix.MS_REMOUNT|unix.MS_PRIVATE|unix.MS_SHARED|unix.MS_SLAVE|unix.MS_UNBINDABLE) != 0 {
		words = []string{"none", words[0]}
	}
	if len(words) != 2 {
		return c.usage()
	}
	source, target := words[0], words[1]
	if kind == "" && flags&(unix.MS_BIND|unix.MS_REMOUNT|unix.MS_MOVE|unix.MS_PRIVATE|unix.MS_SHARED|unix.MS_SLAVE|unix.MS_UNBINDABLE) == 0 {
		return c.fail(1, "a type is needed: mount -t TYPE %s %s", source, target)
	}
	if err := mountAt(source, target, kind, flags, data); err != nil {
		return c.fail(32, "mounting %s on %s failed: %s", source, target, reason(err))
	}
	return 0
}

// mountArguments turns --make-private and the like, --move and --rbind into
// the options they stand for.
func (c *call) mountArguments() (options, []string, bool) {
	for i, a := range c.args {
		name := strings.TrimPrefix(strings.TrimPrefix(a, "--"), "make-")
		if _, known := mountFlags[name]; known && strings.HasPrefix(a, "--") {
			c.args[i] = "-o" + name
		}
	}
	return c.options("t:o:BQrw")
}

func mountOptions(o options) (flags uintptr, data string) {
	var rest []string
	words := strings.Split(strings.Join(o['o'], ","), ",")
	if o.has('r') {
		words = append(words, "ro")
	}
	for _, word := range words {
		f, known := mountFlags[word]
		switch {
		case word == "":
		case !known:
			rest = append(rest, word)
		case f.clear:
			flags &^= f.bits
		default:
			flags |= f.bits
		}
	}
	return flags, strings.Join(rest, ",")
}

// mountAt mounts. A bind mount takes on other flags only when it is mounted
// anew, so that is a second call.
func mountAt(source, target, kind string, flags uintptr, data string) error {
	const binding = unix.MS_BIND | unix.MS_REC
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return err
	}
	if flags&unix.MS_BIND == 0 || flags&^uintptr(binding|unix.MS_REMOUNT) == 0 || flags&unix.MS_REMOUNT != 0 {
		return nil
	}
	return unix.Mount("none", target, "", flags&^unix.MS_REC|unix.MS_REMOUNT, "")
}

func (c *call) listMounts(kind string) int {
	table, err := mountTable()
	if err != nil {
		return c.complain("/proc/self/mounts", err)
	}
	for _, m := range table {
		if kind == "" || m.kind == kind {
			fmt.Fprintln(c.out, c.shown(c.file, fmt.Sprintf("%s on %s type %s (%s)", m.source, m.target, m.kind, m.options)))
		}
	}
	return 0
}

// umount unmounts, with -l as soon as nobody uses it any more.
func umount(c *call) int {
	o, targets, ok := c.options("lf")
	if !ok {
		return 1
	}
	if len(targets) == 0 {
		return c.usage()
	}
	flags := 0
	if o.has('l') {
		flags |= unix.MNT_DETACH
	}
	if o.has('f') {
		flags |= unix.MNT_FORCE
	}
	status := 0
	for _, target := range targets {
		if err := unix.Unmount(target, flags); err != nil {
			status = c.fail(1, "can't unmount %s: %s", target, reason(err))
		}
	}
	return status
}
