package probe

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// namespaces are the kinds, with their files below /proc/PID/ns. That of the
// next processes' numbers is not there before the first of them.
var namespaces = []struct {
	flag       int
	name, file string
}{
	{unix.CLONE_NEWNS, "CLONE_NEWNS", "mnt"},
	{unix.CLONE_NEWUTS, "CLONE_NEWUTS", "uts"},
	{unix.CLONE_NEWIPC, "CLONE_NEWIPC", "ipc"},
	{unix.CLONE_NEWPID, "CLONE_NEWPID", ""},
	{unix.CLONE_NEWNET, "CLONE_NEWNET", "net"},
	{unix.CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "cgroup"},
	{unix.CLONE_NEWTIME, "CLONE_NEWTIME", "time_for_children"},
}

func flagNames(flags int) string {
	var names []string
	for _, n := range namespaces {
		if flags&n.flag != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, "|")
}

// differs tells whether the calling thread has a namespace that the process
// has not; namespaces(7).
func differs(file string) bool {
	var thread, process unix.Stat_t
	return unix.Stat(fmt.Sprintf("/proc/self/task/%d/ns/%s", unix.Gettid(), file), &thread) == nil &&
		unix.Stat("/proc/self/ns/"+file, &process) == nil && thread.Ino != process.Ino
}

// outside runs f on a thread that has kept the process's namespaces.
func outside[T any](f func() T) T {
	result := make(chan T)
	go func() { result <- f() }()
	return <-result
}

// exists tells whether a file is seen by the calling thread.
func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// ground is where acts mount: on it a tmpfs of the thread's own.
const ground = "/tmp"

// breakGround mounts a tmpfs of the thread's own, with directories in it.
func breakGround(dirs ...string) error {
	if err := unix.Mount("tmpfs", ground, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=1m,mode=0755"); err != nil {
		return refused("mount tmpfs on "+ground, err)
	}
	for _, dir := range dirs {
		if err := os.Mkdir(ground+"/"+dir, 0o755); err != nil {
			return refused("mkdir in a tmpfs", innermost(err))
		}
	}
	return nil
}

// canary is the name of a file that only the thread should see.
func canary() string { return fmt.Sprintf("tentpole-probe-%d", unix.Gettid()) }

// mount tries mount_namespaces(7).
func mount(string) (string, error) {
	if err := breakGround(canary()); err != nil {
		return "", err
	}
	seen := ground + "/" + canary()
	if !exists(seen) || outside(func() bool { return exists(seen) }) {
		return "", withoutEffect("mount a tmpfs for this thread alone")
	}
	return "", nil
}

// user tries whether root of a user namespace has root's rights there: where
// AppArmor restricts user namespaces they can be made and are powerless;
// user_namespaces(7).
func user(string) (string, error) {
	if uid := os.Geteuid(); uid != 0 {
		return "", withoutEffect(fmt.Sprintf("become uid 0 of a user namespace instead of %d", uid))
	}
	if _, err := mount(""); err != nil {
		return "", err
	}
	return net("")
}

// uts tries uts_namespaces(7).
func uts(string) (string, error) {
	const tent = "tentpole-probe"
	if err := unix.Sethostname([]byte(tent)); err != nil {
		return "", refused("sethostname", err)
	}
	hostname := func() string {
		var u unix.Utsname
		unix.Uname(&u)
		return unix.ByteSliceToString(u.Nodename[:])
	}
	if hostname() != tent || outside(hostname) == tent {
		return "", withoutEffect("sethostname for this thread alone")
	}
	return "", nil
}

// ipc tries ipc_namespaces(7): the key of a shared memory segment.
func ipc(string) (string, error) {
	const key = 0x74656e74
	id, err := unix.SysvShmGet(key, 4096, unix.IPC_CREAT|unix.IPC_EXCL|0o600)
	if err != nil {
		return "", refused("shmget", err)
	}
	seen := outside(func() bool { found, err := unix.SysvShmGet(key, 0, 0); return err == nil && found == id })
	if _, err := unix.SysvShmCtl(id, unix.IPC_RMID, nil); err != nil {
		return "", refused("shmctl(IPC_RMID)", err)
	}
	if seen {
		return "", withoutEffect("shmget for this thread alone")
	}
	return "", nil
}

// cgroup tries cgroup_namespaces(7): every path begins at the own root.
func cgroup(string) (string, error) {
	file := fmt.Sprintf("/proc/self/task/%d/cgroup", unix.Gettid())
	b, err := os.ReadFile(file)
	if err != nil {
		return "", refused("read "+file, innermost(err))
	}
	for line := range strings.Lines(string(b)) {
		if !strings.HasSuffix(line, ":/\n") {
			return "", withoutEffect("make the own cgroup the root, but " + strings.TrimSpace(line) + " is still seen")
		}
	}
	return "", nil
}
