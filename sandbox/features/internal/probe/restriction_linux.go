package probe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// capabilities tries to give rights up; capabilities(7). The bounding set is
// what an executed program can never get back.
func capabilities(string) (string, error) {
	if err := unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_SYS_ADMIN, 0, 0, 0); err != nil {
		return "", refused("prctl(PR_CAPBSET_DROP)", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return "", refused("prctl(PR_CAP_AMBIENT_CLEAR_ALL)", err)
	}
	var none [2]unix.CapUserData
	if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
		return "", refused("capset", err)
	}
	if bound, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, unix.CAP_SYS_ADMIN, 0, 0, 0); err != nil || bound != 0 {
		return "", withoutEffect("prctl(PR_CAPBSET_DROP)")
	}
	if unix.Unshare(unix.CLONE_NEWUTS) != unix.EPERM {
		return "", withoutEffect("capset to no capability at all")
	}
	return "", nil
}

// noNewPrivileges tries PR_SET_NO_NEW_PRIVS; prctl(2).
func noNewPrivileges(string) (string, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return "", refused("prctl(PR_SET_NO_NEW_PRIVS)", err)
	}
	if set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || set != 1 {
		return "", withoutEffect("prctl(PR_SET_NO_NEW_PRIVS)")
	}
	return "", nil
}

// seccomp tries a filter that refuses one call, getpgid, with an errno that it
// never gives; seccomp(2).
func seccomp(string) (string, error) {
	const answer = unix.EXDEV
	if err := filterCall(unix.SYS_GETPGID, unix.SECCOMP_RET_ERRNO|uint32(answer)); err != nil {
		return "", err
	}
	if _, err := unix.Getpgid(0); err != answer {
		return "", withoutEffect("seccomp(SECCOMP_SET_MODE_FILTER)")
	}
	return "", nil
}

// filterCall has a system call of the thread's answered so.
func filterCall(number, answer uint32) error {
	if _, err := noNewPrivileges(""); err != nil {
		return err // without it a filter takes CAP_SYS_ADMIN
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // seccomp_data.nr
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: answer},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, err := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); err != 0 {
		return refused("seccomp(SECCOMP_SET_MODE_FILTER)", err)
	}
	return nil
}
