package op

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// mountFlags are the options of mount(8) that are flags of mount(2); all
// others go to the file system as text.
var mountFlags = map[string]uintptr{
	"ro": unix.MS_RDONLY, "nosuid": unix.MS_NOSUID, "nodev": unix.MS_NODEV, "noexec": unix.MS_NOEXEC,
}

func (PrivateMounts) Perform(Scene) error {
	return failed("mount --make-rprivate", "/", unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
}

func (m Mount) Perform(Scene) error {
	var flags uintptr
	var data []string
	for _, o := range m.Options {
		if f, ok := mountFlags[o]; ok {
			flags |= f
		} else {
			data = append(data, o)
		}
	}
	place := makeDirectory
	if m.Existing {
		place = existing
	}
	if err := place(m.Target); err != nil {
		return err
	}
	return failed("mount "+m.Type+" on", m.Target, unix.Mount(m.Source, m.Target, m.Type, flags, strings.Join(data, ",")))
}

func (b Bind) Perform(Scene) error {
	if err := makeTarget(b.Source, b.Target); err != nil {
		return err
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, b.Source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return failed("open_tree", b.Source, err)
	}
	defer unix.Close(tree)
	if b.ReadOnly {
		attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
			return failed("mount_setattr ro", b.Source, err)
		}
	}
	return failed("move_mount to", b.Target, unix.MoveMount(tree, "", unix.AT_FDCWD, b.Target, unix.MOVE_MOUNT_F_EMPTY_PATH))
}

// makeDirectory makes a directory to mount on, where none is. A link is not
// followed: before the change of root, one in a foreign root directory would
// lead to a place of the host's.
func makeDirectory(target string) error {
	if st, err := os.Lstat(target); err == nil && st.Mode()&os.ModeSymlink != 0 {
		return failed("mount on a link", target, unix.ELOOP)
	}
	return failed("mkdir", target, os.MkdirAll(target, 0o755))
}

// makeTarget makes an empty file or directory to mount over, like the source.
func makeTarget(source, target string) error {
	st, err := os.Stat(source)
	if err != nil {
		return failed("stat", source, err)
	}
	if st.IsDir() {
		return makeDirectory(target)
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|unix.O_NOFOLLOW, 0o644)
	if err != nil {
		return failed("create", target, err)
	}
	return f.Close()
}

func (a AttachMount) Perform(s Scene) error {
	fd, err := s.Descriptor(a.Name)
	if err != nil {
		return failed("move_mount", a.Name, err)
	}
	if err := makeDirectory(a.Target); err != nil {
		return err
	}
	return failed("move_mount to", a.Target, unix.MoveMount(fd, "", unix.AT_FDCWD, a.Target, unix.MOVE_MOUNT_F_EMPTY_PATH))
}

func (o OverlayDirectory) Perform(Scene) error {
	for _, dir := range []string{o.Upper, o.Work, o.Target} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return failed("mkdir", dir, err)
		}
	}
	// The directory's own mode and owner come from the upper one.
	if st, err := os.Stat(o.Lower); err == nil {
		if err := os.Chmod(o.Upper, st.Mode()&(os.ModePerm|os.ModeSticky|os.ModeSetgid|os.ModeSetuid)); err != nil {
			return failed("chmod", o.Upper, err)
		}
	}
	data := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,userxattr", escape(o.Lower), escape(o.Upper), escape(o.Work))
	// volatile: what is written need not reach the disk. Kernel 5.10; 5.11 is
	// needed anyway, but a file system may refuse it.
	err := unix.Mount("overlay", o.Target, "overlay", 0, data+",volatile")
	if err == unix.EINVAL {
		err = unix.Mount("overlay", o.Target, "overlay", 0, data)
	}
	return failed("mount overlay on", o.Target, err)
}

// escape protects the separators of overlay's option text.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace(path)
}

func (m MakeDirectory) Perform(Scene) error {
	if err := os.MkdirAll(m.Path, os.FileMode(m.Mode)); err != nil {
		return failed("mkdir", m.Path, err)
	}
	return failed("chmod", m.Path, unix.Chmod(m.Path, m.Mode))
}

func (m MakeSymlink) Perform(Scene) error {
	return failed("symlink", m.Path, os.Symlink(m.Target, m.Path))
}

func (m Mask) Perform(Scene) error {
	if _, err := os.Stat(m.Path); os.IsNotExist(err) {
		return nil // nothing shows: nothing to cover
	}
	return failed("mount tmpfs on", m.Path, unix.Mount("tmpfs", m.Path, "tmpfs",
		unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k,mode=0555"))
}

func (p PivotRoot) Perform(Scene) error {
	if err := unix.Chdir(p.Root); err != nil {
		return failed("chdir", p.Root, err)
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return failed("pivot_root", p.Root, err)
	}
	// The old root now lies over the new one. As a slave it takes nothing of
	// the host with it when it goes.
	if err := unix.Mount("", ".", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return failed("mount --make-rslave", "old root", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return failed("umount", "old root", err)
	}
	return failed("chdir", "/", unix.Chdir("/"))
}

func (d Devices) Perform(s Scene) error {
	if err := makeDirectory(d.Target); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", d.Target, "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=0755,size=64k"); err != nil {
		return failed("mount tmpfs on", d.Target, err)
	}
	// The way to it is long, and each name below is looked up from here.
	if err := unix.Chdir(d.Target); err != nil {
		return failed("chdir", d.Target, err)
	}
	defer unix.Chdir("/")
	for _, n := range DeviceNodes {
		if err := unix.Mknod(n.Name, unix.S_IFREG|0o644, 0); err != nil {
			return failed("create", d.Target+"/"+n.Name, err)
		}
		if err := unix.Mount(d.Source+"/"+n.Name, n.Name, "", unix.MS_BIND, ""); err != nil {
			return failed("bind", d.Target+"/"+n.Name, err)
		}
	}
	pts := []string{"newinstance", "ptmxmode=0666", "mode=0620"}
	if d.TerminalGroup > 0 {
		pts = append(pts, fmt.Sprintf("gid=%d", d.TerminalGroup))
	}
	rest := []Performer{Mount{Type: "tmpfs", Source: "shm", Target: "shm", Options: []string{"nosuid", "nodev", "noexec", "mode=1777", "size=65536k"}}}
	if !d.NoTerminals {
		rest = append(rest, Mount{Type: "devpts", Source: "devpts", Target: "pts", Options: append(pts, "nosuid", "noexec")})
	}
	for _, l := range DeviceLinks {
		rest = append(rest, MakeSymlink{l.Target, l.Name})
	}
	for _, o := range rest {
		if err := o.Perform(s); err != nil {
			return err
		}
	}
	return nil
}

func (s SetHostname) Perform(Scene) error {
	return failed("sethostname", s.Name, unix.Sethostname([]byte(s.Name)))
}

func (l LinkUp) Perform(Scene) error {
	sock, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return failed("socket", l.Name, err)
	}
	defer unix.Close(sock)
	req, err := unix.NewIfreq(l.Name)
	if err != nil {
		return failed("interface", l.Name, err)
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return failed("ip link set up", l.Name, unix.IoctlIfreq(sock, unix.SIOCSIFFLAGS, req))
}

// Aside: switching an interface on takes the kernel a while and has nothing to
// do with mounts.
func (LinkUp) Aside() {}

func (UnshareCgroup) Perform(Scene) error {
	return failed("unshare", "cgroup", unix.Unshare(unix.CLONE_NEWCGROUP))
}

func (u UnshareTime) Perform(Scene) error {
	// Before Linux 6.2 a thread whose children are to be in another time
	// namespace cannot start threads, which share its memory. A locked one has
	// the runtime start them from elsewhere.
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWTIME); err != nil {
		return failed("unshare", "time", err)
	}
	const file = "/proc/self/timens_offsets"
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return failed("open", file, err)
	}
	_, err = fmt.Fprintf(f, "monotonic %d 0\nboottime %d 0\n", u.Monotonic, u.Boottime)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return failed("write", file, err)
}

var _ = []Performer{PrivateMounts{}, AttachMount{}, Mount{}, Bind{}, OverlayDirectory{}, MakeDirectory{}, MakeSymlink{},
	Devices{}, Mask{}, PivotRoot{}, SetHostname{}, LinkUp{}, UnshareCgroup{}, UnshareTime{}}

var _ Aside = LinkUp{}
