package inside

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("setuid-file", func(a *attempt) error {
		return a.asNobody("setuid-file/who", func(fd int) error { return unix.Fchmod(fd, 0o4755) })
	})
	wayOut("setuid-file/who", func(*attempt) error {
		if uid := os.Geteuid(); uid != 0 {
			return fmt.Errorf("it runs as user %d", uid)
		}
		return nil
	})
	wayOut("file-capabilities", func(a *attempt) error { return a.asNobody("file-capabilities/has", giveCapability) })
	wayOut("file-capabilities/has", hasCapability)
	wayOut("user-namespace", func(a *attempt) error {
		return a.apart("user-namespace/mount", func(c *exec.Cmd) {
			c.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS
			c.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
		})
	})
	// In a user namespace of its own a process has all capabilities over what is
	// that namespace's; user_namespaces(7). The mount is attached nowhere.
	wayOut("user-namespace/mount", func(*attempt) error {
		fd, err := detached("tmpfs", nil)
		if err == nil {
			unix.Close(fd)
		}
		return err
	})
}

// nobody is a user without rights; the id is the kernel's overflowuid.
const nobody = 65534

// asNobody has nobody execute a copy of this program that gives rights to
// whoever executes it. The copy has no name: it goes with its last descriptor;
// O_TMPFILE in open(2), or unlinked at once.
func (a *attempt) asNobody(step string, give func(fd int) error) error {
	copied, err := a.unnamed(give)
	if err != nil {
		return err
	}
	defer copied.Close()
	return a.apart(step, func(c *exec.Cmd) {
		c.Path, c.ExtraFiles = "/proc/self/fd/3", []*os.File{copied}
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}
	})
}

// unnamed copies this program to a file without a name, opened to be executed.
func (a *attempt) unnamed(give func(fd int) error) (*os.File, error) {
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer from.Close()
	to, err := a.unnamedFile()
	if err != nil {
		return nil, err
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		return nil, err
	}
	if err := give(int(to.Fd())); err != nil {
		return nil, fmt.Errorf("give the file rights: %w", err)
	}
	return os.Open(fmt.Sprint("/proc/self/fd/", to.Fd()))
}

// unnamedFile is made in the first of the usual places that takes one. An
// overlay has none before Linux 6.3: there it has a name until it is made.
func (a *attempt) unnamedFile() (f *os.File, err error) {
	for _, dir := range []string{"/tmp", "/var/tmp", "/"} {
		fd, failed := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o755)
		if failed == unix.EOPNOTSUPP {
			path := filepath.Join(dir, a.Canary.Mark+"-copy")
			fd, failed = unix.Open(path, unix.O_CREAT|unix.O_EXCL|unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o755)
			if failed == nil {
				failed = unix.Unlink(path)
			}
		}
		if failed == nil {
			return os.NewFile(uintptr(fd), "copy"), nil
		}
		err = &os.PathError{Op: "make an unnamed file in", Path: dir, Err: failed}
	}
	return nil, err
}

// given is the capability that the file gives: to bind ports below 1024.
const given = unix.CAP_NET_BIND_SERVICE

// giveCapability writes struct vfs_cap_data: revision 2, effective;
// capabilities(7).
func giveCapability(fd int) error {
	if err := unix.Fchmod(fd, 0o755); err != nil {
		return err
	}
	data := make([]byte, 20)
	binary.LittleEndian.PutUint32(data[0:], 0x02000001)
	binary.LittleEndian.PutUint32(data[4:], 1<<given)
	return unix.Fsetxattr(fd, "security.capability", data, 0)
}

func hasCapability(*attempt) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return os.NewSyscallError("capget", err)
	}
	if data[0].Effective&(1<<given) == 0 {
		return errors.New("it has not got the capability")
	}
	return nil
}
