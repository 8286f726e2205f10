package op

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// mountFlags are the options of mount(8) that are flags of mount(2); all
// others go to the file system as text.
var mountFlags = map[string]uintptr{
	"ro": unix.MS_RDONLY, "nosuid": unix.MS_NOSUID, "nodev": unix.MS_NODEV, "noexec": unix.MS_NOEXEC,
}

func (PrivateMounts) Perform(s *Script) error {
	s.mount("mount --make-rprivate", "/", "", "", unix.MS_REC|unix.MS_PRIVATE, "")
	return nil
}

func (m Mount) Perform(s *Script) error {
	var flags uintptr
	var data []string
	for _, o := range m.Options {
		if f, ok := mountFlags[o]; ok {
			flags |= f
		} else {
			data = append(data, o)
		}
	}
	if m.Existing {
		s.existing(m.Target)
	} else {
		s.makeDirectory(m.Target)
	}
	s.mount("mount "+m.Type+" on", m.Target, m.Source, m.Type, flags, strings.Join(data, ","))
	return nil
}

func (b Bind) Perform(s *Script) error {
	st, err := os.Stat(b.Source)
	if err != nil {
		return failed("stat", b.Source, err)
	}
	if st.IsDir() {
		s.makeDirectory(b.Target)
	} else {
		s.makeFile(b.Target, unix.O_NOFOLLOW)
	}
	var attrs uint64
	if b.ReadOnly {
		attrs = unix.MOUNT_ATTR_RDONLY
	}
	tree := new(int32)
	s.cloneTree(b.Source, tree, attrs)
	s.hang(tree, b.Target)
	s.close(tree)
	return nil
}

func (a AttachMount) Perform(s *Script) error {
	tree, err := s.Descriptor(a.Name)
	if err != nil {
		return failed("move_mount", a.Name, err)
	}
	s.makeDirectory(a.Target)
	s.hang(tree, a.Target)
	return nil
}

func (o OverlayDirectory) Perform(s *Script) error {
	for _, dir := range []string{o.Upper, o.Work, o.Target} {
		s.makeAll(dir, 0o755)
	}
	// The directory's own mode and owner come from the upper one.
	if st, err := os.Stat(o.Lower); err == nil {
		mode := st.Sys().(*syscall.Stat_t).Mode & 0o7777
		s.ask("chmod", o.Upper, unix.SYS_FCHMODAT, here, o.Upper, int(mode))
	}
	data := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,userxattr", escape(o.Lower), escape(o.Upper), escape(o.Work))
	// volatile: what is written need not reach the disk. Kernel 5.10; 5.11 is
	// needed anyway, but a file system may refuse it.
	s.mount("mount overlay on", o.Target, "overlay", "overlay", 0, data+",volatile").Answers = leading(2, unix.EINVAL)
	s.add(fork.Skip(1))
	s.mount("mount overlay on", o.Target, "overlay", "overlay", 0, data)
	return nil
}

// escape protects the separators of overlay's option text.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace(path)
}

func (m MakeDirectory) Perform(s *Script) error {
	s.makeAll(m.Path, int(m.Mode))
	s.ask("chmod", m.Path, unix.SYS_FCHMODAT, here, m.Path, int(m.Mode))
	return nil
}

func (m MakeSymlink) Perform(s *Script) error {
	s.ask("symlink", m.Path, unix.SYS_SYMLINKAT, m.Target, here, m.Path)
	return nil
}

// Perform covers what is there: where nothing shows, nothing is covered.
func (m Mask) Perform(s *Script) error {
	s.mask(m.Path).Answers = passing(unix.ENOENT)
	return nil
}

func (s *Script) mask(dir string) *fork.Call {
	return s.mount("mount tmpfs on", dir, "tmpfs", "tmpfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k,mode=0555")
}

func (p PivotRoot) Perform(s *Script) error {
	s.chdir(p.Root)
	s.ask("pivot_root", p.Root, unix.SYS_PIVOT_ROOT, ".", ".")
	// The old root now lies over the new one. As a slave it takes nothing of
	// the host with it when it goes.
	s.mount("mount --make-rslave", ".", "", "", unix.MS_SLAVE|unix.MS_REC, "").Target = "old root"
	s.ask("umount", "old root", unix.SYS_UMOUNT2, ".", unix.MNT_DETACH)
	s.chdir("/")
	return nil
}

func (d Devices) Perform(s *Script) error {
	s.makeDirectory(d.Target)
	s.mount("mount tmpfs on", d.Target, "tmpfs", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=0755,size=64k")
	// The way to it is long, and each name below is looked up from here.
	s.chdir(d.Target)
	for _, n := range DeviceNodes {
		s.ask("create", d.Target+"/"+n.Name, unix.SYS_MKNODAT, here, n.Name, unix.S_IFREG|0o644, 0)
		s.mount("bind", n.Name, d.Source+"/"+n.Name, "", unix.MS_BIND, "").Target = d.Target + "/" + n.Name
	}
	pts := []string{"newinstance", "ptmxmode=0666", "mode=0620"}
	if d.TerminalGroup > 0 {
		pts = append(pts, fmt.Sprintf("gid=%d", d.TerminalGroup))
	}
	mounts := []Mount{{Type: "tmpfs", Source: "shm", Target: "shm", Options: []string{"nosuid", "nodev", "noexec", "mode=1777", "size=65536k"}}}
	if !d.NoTerminals {
		mounts = append(mounts, Mount{Type: "devpts", Source: "devpts", Target: "pts", Options: append(pts, "nosuid", "noexec")})
	}
	for _, m := range mounts {
		if err := m.Perform(s); err != nil {
			return err
		}
	}
	for _, l := range DeviceLinks {
		if err := (MakeSymlink{l.Target, l.Name}).Perform(s); err != nil {
			return err
		}
	}
	s.chdir("/")
	return nil
}

func (n SetHostname) Perform(s *Script) error {
	s.ask("sethostname", n.Name, unix.SYS_SETHOSTNAME, n.Name, len(n.Name))
	return nil
}

func (l LinkUp) Perform(s *Script) error {
	req, err := unix.NewIfreq(l.Name)
	if err != nil {
		return failed("interface", l.Name, err)
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	sock := new(int32)
	s.ask("socket", l.Name, unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0).Into = sock
	s.ask("ip link set up", l.Name, unix.SYS_IOCTL, sock, unix.SIOCSIFFLAGS, unsafe.Pointer(req))
	s.close(sock)
	return nil
}

func (UnshareCgroup) Perform(s *Script) error {
	s.ask("unshare", "cgroup", unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP)
	return nil
}

func (u UnshareTime) Perform(s *Script) error {
	s.ask("unshare", "time", unix.SYS_UNSHARE, unix.CLONE_NEWTIME)
	s.write("/proc/self/timens_offsets", unix.O_WRONLY, fmt.Sprintf("monotonic %d 0\nboottime %d 0\n", u.Monotonic, u.Boottime))
	return nil
}

// write has all of a text written to a file.
func (s *Script) write(file string, flags int, text string) {
	fd := new(int32)
	s.open(file, flags, 0o644, fd)
	if len(text) > 0 {
		s.ask("write", file, unix.SYS_WRITE, fd, []byte(text), len(text)).Least = uintptr(len(text))
	}
	s.close(fd)
}

var _ = []Performer{PrivateMounts{}, AttachMount{}, Mount{}, Bind{}, OverlayDirectory{}, MakeDirectory{}, MakeSymlink{},
	Devices{}, Mask{}, PivotRoot{}, SetHostname{}, LinkUp{}, UnshareCgroup{}, UnshareTime{}}
