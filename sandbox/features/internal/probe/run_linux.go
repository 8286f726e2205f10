package probe

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// name is argv[0] of the process that tries.
const name = "tentpole-probe"

// patience bounds a process: no act waits for anything but the kernel.
const patience = 10 * time.Second

// Run tries acts, one after the other, and reports on each. An act that ends
// the process, as a filter of system calls does that kills, gets an error of
// its own, and the others go on in a new process. Run's error says why acts
// have no report: ctx ended, or no process could be started; an *Error with
// "clone" then says that this place cannot be had.
func Run(ctx context.Context, p Place, ids []string) ([]Report, error) {
	var all []Report
	for len(ids) > 0 {
		reports, err := try(ctx, p, ids)
		all = append(all, reports...)
		ids = ids[min(len(reports), len(ids)):]
		if err == nil || len(ids) == 0 {
			return all, nil
		}
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		died, ok := err.(*exec.ExitError)
		if !ok {
			return all, err
		}
		all = append(all, Report{ID: ids[0], Err: fatal(ids[0], died)})
		ids = ids[1:]
	}
	return all, nil
}

// fatal is the error of an act that ended its process. SIGSYS is how a filter
// of system calls refuses without an errno; seccomp(2).
func fatal(id string, died *exec.ExitError) error {
	if status, ok := died.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGSYS {
		return &Error{Did: "try " + id + ", for which a filter of system calls killed the process", Err: syscall.EPERM}
	}
	return &Error{Did: "try " + id + ", which ended the process", Err: died}
}

// try starts one process. It reports in order, so the first one without a
// report is the one that ended it.
func try(ctx context.Context, p Place, ids []string) (reports []Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	readEnd, writeEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer readEnd.Close()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = append([]string{name, p.Upper}, ids...)
	cmd.Env = []string{"GODEBUG=containermaxprocs=0,updatemaxprocs=0", "GOMAXPROCS=2"}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{writeEnd}
	cmd.SysProcAttr = p.attributes()
	// The parent-death signal belongs to the thread that starts; prctl(2).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Start()
	writeEnd.Close()
	if err != nil {
		return nil, refused(p.clone(), innermost(err))
	}
	for dec := json.NewDecoder(readEnd); ; {
		var m message
		if dec.Decode(&m) != nil {
			break
		}
		reports = append(reports, m.report())
	}
	if err = cmd.Wait(); ctx.Err() != nil {
		return reports, ctx.Err()
	}
	return reports, err
}

func (p Place) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if p.User {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return attr
}

func (p Place) clone() string {
	if p.User {
		return "clone(CLONE_NEWUSER)"
	}
	return "clone"
}

// innermost strips what package os says besides.
func innermost(err error) error {
	if e, ok := err.(interface{ Unwrap() error }); ok {
		return innermost(e.Unwrap())
	}
	return err
}

// Acts lists what can be tried: a test holds it against the table of features.
func Acts() []string {
	var ids []string
	for id := range acts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
