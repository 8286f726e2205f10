package sandbox

import (
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// bare starts the command in a container by nothing but the system calls that
// it cannot do without, one after the other in one child: no init, no guard, no
// report, nobody to clean up when the owner dies. What a start takes beyond this
// is its own doing.
type bare struct {
	cgroups cgroup.Place
	plan    *Plan
	root    string
	tree    string // a directory to build in
}

func (f bare) start(b *testing.B, out *os.File) (end func()) {
	group, err := f.cgroups.Make("floor", containerLimits, cgroup.Owner{})
	if err == nil {
		err = group.Apply(containerLimits)
	}
	if err != nil {
		b.Fatal(err)
	}
	p, err := fork.New()
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	p.Flags = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWUSER
	p.Add(f.calls(b, group, out)...)
	if err := p.Exec("/first", []string{"first"}, nil); err != nil {
		b.Fatal(err)
	}
	birth := group.FD()
	if leaf := group.Commands(); leaf != nil {
		birth = int(leaf.Fd())
	}
	pid, pidfd, err := p.Start(birth)
	if err != nil {
		b.Fatal(err)
	}
	unix.Close(pidfd)
	return func() {
		unix.Wait4(pid, nil, 0, nil)
		if err := group.Close(patience); err != nil {
			b.Error(err)
		}
	}
}

// calls are what the child does before it executes the command.
func (f bare) calls(b *testing.B, group *cgroup.Group, out *os.File) []fork.Call {
	calls := []fork.Call{call(unix.SYS_DUP3, out.Fd(), 1, 0)}
	nought := "0"
	for _, tasks := range group.Tasks() {
		calls = append(calls, call(unix.SYS_WRITE, tasks.Fd(), text(nought), 1))
	}
	calls = append(calls, call(unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP), call(unix.SYS_UNSHARE, unix.CLONE_NEWTIME))
	calls = append(calls, identity()...)
	calls = append(calls, f.mounts()...)
	calls = append(calls, loopback()...)
	for _, step := range f.plan.Steps {
		switch o := step.Operation.(type) {
		case op.LimitCapabilities, op.NoNewPrivileges, op.Seccomp:
			script := op.NewScript(op.Descriptors{})
			if err := o.(op.Restriction).Carry(script); err != nil {
				b.Fatal(err)
			}
			calls = append(calls, script.Calls...)
		}
	}
	return calls
}

// alone starts the program of an init with nothing to do: it says so and ends.
// This is what Go takes from the exec to main.
func (f bare) alone(b *testing.B, out *os.File) (end func()) {
	exe, err := program(f.plan)
	if err != nil {
		b.Fatal(err)
	}
	p, err := fork.New()
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	p.Add(call(unix.SYS_DUP3, out.Fd(), 2, 0))
	if err := p.Exec(exe, []string{"alone"}, initEnvironment()); err != nil {
		b.Fatal(err)
	}
	pid, pidfd, err := p.Start(-1)
	if err != nil {
		b.Fatal(err)
	}
	unix.Close(pidfd)
	return func() { unix.Wait4(pid, nil, 0, nil) }
}

// identity maps root of the inside to root, which the child may do by itself.
func identity() (calls []fork.Call) {
	calls = append(calls, call(unix.SYS_CLOSE, 0)) // what is opened is number 0 from here on
	for _, file := range [][2]string{{"setgroups", "deny"}, {"uid_map", "0 0 1"}, {"gid_map", "0 0 1"}} {
		calls = append(calls,
			call(unix.SYS_OPENAT, at, text("/proc/self/"+file[0]), unix.O_WRONLY),
			call(unix.SYS_WRITE, 0, text(file[1]), uintptr(len(file[1]))),
			call(unix.SYS_CLOSE, 0))
	}
	return calls
}

// mounts make the root: an overlay that writes to memory, a /dev and a /proc.
func (f bare) mounts() []fork.Call {
	overlay := filepath.Join(f.tree, "root")
	options := "userxattr,volatile,lowerdir=" + f.root + ",upperdir=" + filepath.Join(f.tree, "upper") + ",workdir=" + filepath.Join(f.tree, "work")
	calls := []fork.Call{mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), mount("tmpfs", f.tree, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "")}
	for _, name := range []string{"upper", "work", "root"} {
		calls = append(calls, call(unix.SYS_MKDIRAT, at, text(filepath.Join(f.tree, name)), 0o755))
	}
	calls = append(calls, mount("overlay", overlay, "overlay", 0, options), call(unix.SYS_CHDIR, text(overlay)),
		mount("tmpfs", "dev", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=0755,size=64k"))
	for _, n := range op.DeviceNodes {
		calls = append(calls, call(unix.SYS_MKNODAT, at, text("dev/"+n.Name), unix.S_IFREG|0o644, 0),
			mount("/dev/"+n.Name, "dev/"+n.Name, "", unix.MS_BIND, ""))
	}
	return append(calls,
		call(unix.SYS_MKDIRAT, at, text("dev/pts"), 0o755), mount("devpts", "dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666"),
		call(unix.SYS_MKDIRAT, at, text("dev/shm"), 0o755), mount("shm", "dev/shm", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=1777"),
		mount("proc", "proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""),
		call(unix.SYS_PIVOT_ROOT, text("."), text(".")), mount("", ".", "", unix.MS_SLAVE|unix.MS_REC, ""),
		call(unix.SYS_UMOUNT2, text("."), unix.MNT_DETACH), call(unix.SYS_CHDIR, text("/")))
}

// loopback switches the interface on.
func loopback() []fork.Call {
	request, _ := unix.NewIfreq("lo")
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	up := call(unix.SYS_IOCTL, 0, unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(request)))
	up.Keep = request
	return []fork.Call{call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0), up}
}

func mount(source, target, fstype string, flags uintptr, data string) fork.Call {
	return call(unix.SYS_MOUNT, text(source), text(target), text(fstype), flags, text(data))
}

const at = ^uintptr(99) // AT_FDCWD

// call takes arguments that are numbers, or from text.
func call(number uintptr, args ...uintptr) fork.Call {
	c := fork.Call{Number: number, Name: "system call"}
	copy(c.Args[:], args)
	return c
}

// texts keeps what calls point to.
var texts = map[string]*byte{}

// text is the address of a C string.
func text(s string) uintptr {
	if texts[s] == nil {
		texts[s], _ = unix.BytePtrFromString(s)
	}
	return uintptr(unsafe.Pointer(texts[s]))
}
