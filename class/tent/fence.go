package tent

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// refusedCalls are system calls that no lesson needs and no tent inside does:
// where the kernel has had its weak places, where it has one of a thing for the
// whole machine, and where it keeps something for somebody that no limit counts.
// What raises a tent inside is not among them: clone, unshare, mount, pivot_root.
// A learner has no right over anything outside, so these are a second fence.
var refusedCalls = strings.Fields(`
kexec_load kexec_file_load reboot swapon swapoff acct quotactl quotactl_fd
init_module finit_module delete_module
settimeofday clock_settime iopl ioperm syslog vhangup
bpf perf_event_open userfaultfd
io_uring_setup io_uring_enter io_uring_register
add_key request_key keyctl
open_by_handle_at fanotify_init memfd_secret lookup_dcookie modify_ldt`)

// refusedHere are those that this kind of processor has.
func refusedHere() []string {
	known := seccomp.Names(seccomp.Arch(runtime.GOARCH))
	return slices.DeleteFunc(slices.Clone(refusedCalls), func(name string) bool { return !slices.Contains(known, name) })
}

// counts are the most of each kind that all user namespaces of a tent have
// together; user_namespaces(7) and proc_sys_user(5). The kernel counts them for
// whoever has made the tent's user namespace as well, the machine's root: without
// them one learner could take all that root and everybody else have. Of inotify(7)
// and fanotify(7) there are 128 for the whole of root, so a tent has none, and
// programs look by themselves.
var counts = []struct {
	what string
	most int
}{
	{"user_namespaces", 128}, {"mnt_namespaces", 128}, {"pid_namespaces", 128}, {"net_namespaces", 64},
	{"uts_namespaces", 128}, {"ipc_namespaces", 128}, {"cgroup_namespaces", 128}, {"time_namespaces", 128},
	{"inotify_instances", 0}, {"inotify_watches", 0}, {"fanotify_groups", 0}, {"fanotify_marks", 0},
}

// rlimits hold for each process of a tent, and nobody inside can raise them;
// getrlimit(2).
var rlimits = sandbox.Rlimits{Files: 1024, Locked: 1 << 20, Queues: 1 << 18, Signals: 1024, Core: 0}

// sacrificed makes a tent's processes the first to be killed when the whole machine
// has no memory left, before the server; proc_pid_oom_score_adj(5). Nobody inside can
// take it back where the server has CAP_SYS_RESOURCE.
const sacrificed = "500"

// fence has the kernel bound what no control group counts, before anybody is in.
func (t *Tent) fence(ctx context.Context) error {
	// The init's children have it too. Without it the largest goes, which is a
	// learner's in most cases.
	os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", t.box.InitPID()), []byte(sacrificed), 0)
	if err := t.box.Bound(rlimits); err != nil {
		return err
	}
	var script strings.Builder
	for _, c := range counts { // a kernel that has no such file has no such thing
		fmt.Fprintf(&script, "[ ! -e /proc/sys/user/max_%[1]s ] || echo %[2]d > /proc/sys/user/max_%[1]s || exit 1\n", c.what, c.most)
	}
	return t.run(ctx, sandbox.Command{Args: []string{"/bin/sh", "-c", script.String()}})
}
