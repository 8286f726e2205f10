package inside

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() {
	register("setuid", raise)
	register("ids", tellIds)
}

// owner and caller are two ids that are nobody's who matters, and that every
// map of more than one id has.
const (
	fileOwner  = 1
	fileCaller = 2
)

// errNotRoot says that an act is not root where it is.
var errNotRoot = fmt.Errorf("it is not root inside, and may neither give a file away nor become somebody else: %w", unix.EPERM)

// raise executes its own program in two ways that give a process more rights,
// and has it say what it became. The file has no name and neither of its two
// users is root, so it is of no use to anybody else.
func raise(a *Act) error {
	out := Raised{Owner: fileOwner, Caller: fileCaller}
	flag, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		out.Unknown = Explain(fmt.Errorf("prctl PR_GET_NO_NEW_PRIVS: %w", err))
		return a.Say(out)
	}
	out.NoNewPrivs = flag == 1
	if os.Geteuid() != 0 {
		out.Untried, out.Unasked = Explain(errNotRoot), Explain(errNotRoot)
		return a.Say(out)
	}
	if out.Where, out.SetUser, err = throughFile(); err != nil {
		out.Untried = Explain(err)
	}
	if out.Regained, err = throughRoot(); err != nil {
		out.Unasked = Explain(err)
	}
	return a.Say(out)
}

// throughFile executes a set-user-id file of another user as a third one.
func throughFile() (where string, ids *Ids, err error) {
	where, program, err := setUserFile()
	if err != nil {
		return where, nil, err
	}
	defer program.Close()
	ids, err = askIds(program, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: fileCaller, Gid: fileCaller}})
	return where, ids, err
}

// setUserFile makes the file in the first directory whose mount honours the
// bit; open(2) O_TMPFILE, mount_setattr(2) MOUNT_ATTR_NOSUID.
func setUserFile() (where string, program *os.File, err error) {
	var failed []string
	for _, dir := range []string{"/tmp", "/var/tmp", "/run", "/"} {
		program, err := setUserFileIn(dir)
		if err == nil {
			return dir, program, nil
		}
		failed = append(failed, dir+": "+err.Error())
	}
	return "", nil, errors.New("no place for a file of another user's: " + strings.Join(failed, "; "))
}

func setUserFileIn(dir string) (*os.File, error) {
	var mount unix.Statfs_t
	if err := unix.Statfs(dir, &mount); err != nil {
		return nil, err
	}
	if mount.Flags&(unix.ST_NOSUID|unix.ST_NOEXEC) != 0 {
		return nil, errors.New("mounted nosuid or noexec")
	}
	fd, err := unix.Open(dir, unix.O_RDWR|unix.O_TMPFILE|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	made := os.NewFile(uintptr(fd), dir)
	defer made.Close() // a file that is open for writing is not executed
	if err := copySelf(made); err != nil {
		return nil, err
	}
	// The change of owner takes the bit away: it comes first; chown(2).
	if err := unix.Fchown(fd, fileOwner, fileOwner); err != nil {
		return nil, err
	}
	if err := unix.Fchmod(fd, unix.S_ISUID|0o755); err != nil {
		return nil, err
	}
	return os.Open("/proc/self/fd/" + strconv.Itoa(fd))
}

func copySelf(to io.Writer) error {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer self.Close()
	_, err = io.Copy(to, self)
	return err
}

// throughRoot executes its own program on a thread of root's that has put its
// capabilities away: without the flag, root has them back; capabilities(7).
func throughRoot() (ids *Ids, err error) {
	err = apart(func() error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&header, &none[0]); err != nil {
			return err
		}
		self, err := os.Open("/proc/self/exe")
		if err != nil {
			return err
		}
		defer self.Close()
		ids, err = askIds(self, nil)
		return err
	})
	return ids, err
}

// askIds executes an open program, whose act is to say who it is.
func askIds(program *os.File, attr *syscall.SysProcAttr) (*Ids, error) {
	cmd := exec.Command("/proc/self/fd/" + strconv.Itoa(int(program.Fd())))
	cmd.Args = []string{Name, "ids", "5"}
	cmd.Stdin = strings.NewReader("null\n")
	cmd.SysProcAttr = attr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var said Message
	first, err := bufio.NewReader(strings.NewReader(string(out))).ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(first, &said); err != nil {
		return nil, err
	}
	ids := new(Ids)
	return ids, json.Unmarshal(said.Say, ids)
}

func tellIds(a *Act) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var held [2]unix.CapUserData
	if err := unix.Capget(&header, &held[0]); err != nil {
		return err
	}
	flag, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		return err
	}
	return a.Say(Ids{Real: os.Getuid(), Effective: os.Geteuid(), NoNewPrivs: flag == 1,
		Capabilities: bits.OnesCount32(held[0].Effective) + bits.OnesCount32(held[1].Effective)})
}
