package features

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The tests here make the machine poorer for one process, in namespaces of its
// own, and have that process ask. None of it is seen outside.

const poorerVariable = "TENTPOLE_TEST_POORER"

// impoverish are the ways, by name.
var impoverish = map[string]func() error{
	"no network namespaces": func() error {
		return os.WriteFile("/proc/sys/user/max_net_namespaces", []byte("0"), 0)
	},
	"covered proc": func() error {
		return unix.Mount("/dev/null", "/proc/cmdline", "", unix.MS_BIND, "")
	},
	"no user namespaces": func() error {
		return refuseCall(unix.SYS_CLONE, unix.CLONE_NEWUSER, unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM))
	},
	"killed for queues": func() error { return refuseCall(unix.SYS_SHMGET, 0, unix.SECCOMP_RET_KILL_PROCESS) },
	"nothing":           func() error { return nil },
}

// refuseCall has every thread of this process, and what it starts, answered
// so when it makes a call with a flag in the first argument; 0 is any.
func refuseCall(number, flag, answer uint32) error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // seccomp_data.nr
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 16}, // seccomp_data.args[0], the lower half
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: flag, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: answer},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if flag == 0 {
		filter[3] = unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, err := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program))); err != 0 {
		return err
	}
	return nil
}

// bePoorer is that process: it prints its answers.
func bePoorer(how string) int {
	state, err := os.MkdirTemp("", "tentpole-poorer-")
	if err == nil {
		defer os.RemoveAll(state)
		err = settleIn()
	}
	if err == nil {
		err = impoverish[how]()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	answers := Check(context.Background(), &fakeEngine{state: state})
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		return 1
	}
	return 0
}

// settleIn gives this process, the first of its pid namespace, a /proc.
func settleIn() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	return unix.Mount("proc", "/proc", "proc", 0, "")
}

// askPoorer has such a process ask, as root of a user namespace.
func askPoorer(t *testing.T, how string) map[string]Answer {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), poorerVariable+"="+how)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &unix.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID, Pdeathsig: unix.SIGKILL}
	cmd.SysProcAttr.UidMappings = append(cmd.SysProcAttr.UidMappings, oneID(os.Geteuid()))
	cmd.SysProcAttr.GidMappings = append(cmd.SysProcAttr.GidMappings, oneID(os.Getegid()))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", how, err)
	}
	var answers []Answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%s: %v: %s", how, err, out)
	}
	return by(answers)
}

// missingIn lists what a user of this machine is refused, but for cgroups:
// which of them a user has is the machine's affair, and so are ranges of ids.
func missingIn(answers map[string]Answer) (ids []string) {
	for _, f := range table {
		if a, asked := answers[f.ID]; asked && !a.OK && !small(a) && f.where != onHost && f.asks != needsRoot {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

func TestPoorerMachines(t *testing.T) {
	for _, c := range []struct {
		how     string
		missing string
		id      string // one of them
		because string
	}{
		{"nothing", "", "", ""},
		{"no network namespaces", "net user ping", "net", "user.max_net_namespaces is 0"},
		{"covered proc", "proc", "proc", "/proc/cmdline"},
		{"no user namespaces", "mount uts ipc pid proc net cgroup time user capabilities masks detached overlay-user overlay-volatile upper ping", "user", ""},
		{"killed for queues", "ipc", "ipc", ""},
	} {
		t.Run(c.how, func(t *testing.T) {
			answers := askPoorer(t, c.how)
			missing := missingIn(answers)
			want := strings.Fields(c.missing)
			slices.Sort(missing)
			slices.Sort(want)
			if !slices.Equal(missing, want) {
				for _, id := range missing {
					t.Logf("%s: %s", id, answers[id].Error)
				}
				t.Errorf("missing are %v, want %v", missing, want)
			}
			if a := answers[c.id]; c.id != "" && (a.Error == "" || !strings.Contains(a.Because, c.because)) {
				t.Errorf("%s: %+v", c.id, a)
			}
		})
	}
}

// oneID maps uid or gid 0 inside to the caller's own.
func oneID(own int) syscall.SysProcIDMap {
	return syscall.SysProcIDMap{ContainerID: 0, HostID: own, Size: 1}
}
