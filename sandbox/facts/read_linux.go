package facts

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// Read reads the facts of the process that the reader knows by this id. The
// calling process may be anybody: what it is not allowed to read goes to
// [Facts.Unreadable]. A process that has exited but is not yet collected by
// its parent counts as gone.
func Read(ctx context.Context, pid int, opts ...Option) (Facts, error) {
	if pid <= 0 {
		return Facts{}, &Error{Op: opRead, PID: pid, Err: unix.EINVAL, Hint: "process ids begin at 1"}
	}
	return read(ctx, strconv.Itoa(pid), pid, opts)
}

// Self reads the facts of the calling process: the host's side of a board.
func Self(ctx context.Context, opts ...Option) (Facts, error) {
	return read(ctx, "self", 0, opts)
}

func read(ctx context.Context, name string, pid int, opts []Option) (Facts, error) {
	target, err := openProc(name)
	if err != nil {
		return Facts{}, failure(pid, err)
	}
	defer target.close()
	own, err := openProc("self")
	if err != nil {
		return Facts{}, failure(0, err)
	}
	defer own.close()
	r := &reader{target: target, own: own, pid: pid, opts: apply(opts)}
	return r.read(ctx)
}

// reader is one look at one process.
type reader struct {
	target, own procDir
	pid         int // for errors
	opts        options
	facts       Facts
}

// step reads one fact. An error leaves a note under the fact's name; what the
// step has stored by then stays.
type step struct {
	fact string
	read func(*reader) error
}

var steps = []step{
	{"args", (*reader).readArgs},
	{"kernel", (*reader).readKernel},
	{"uid", (*reader).readUIDMap},
	{"gid", (*reader).readGIDMap},
	{"lsm", (*reader).readLSM},
	{"cgroup", (*reader).readCgroups},
	{"cgroup_path", (*reader).readCgroupPaths},
	{"mounts", (*reader).readMounts},
	{"root", (*reader).readRoot},
	{"hostname", (*reader).readHostname},
	{"interfaces", (*reader).readInterfaces},
	{"addresses", (*reader).readAddresses},
	{"boot", (*reader).readClocks},
	{"landlock", (*reader).readLandlock},
	{"processes", (*reader).readProcesses},
	{"usage", (*reader).readUsage},
}

func (r *reader) read(ctx context.Context) (Facts, error) {
	r.facts.Unreadable = map[string]string{}
	if err := r.readStatus(); err != nil {
		return Facts{}, failure(r.pid, err)
	}
	// Namespaces first: other facts depend on which of them are the reader's.
	r.readNamespaces()
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return Facts{}, err
		}
		if err := s.read(r); err != nil {
			r.facts.Unreadable[s.fact] = reason(err)
		}
	}
	if len(r.facts.Unreadable) > 0 && r.target.ending() {
		return Facts{}, gone(r.pid)
	}
	return r.facts, nil
}

// ending tells a process that withholds its facts because it is ending from
// one that is not ours to read. On its way out a process loses its memory, its
// root and its namespaces well before its state says so. Of what then fails,
// the mount table is open to everybody for as long as the process lives.
func (d procDir) ending() bool {
	fd, err := openat(d.fd, "mountinfo", unix.O_RDONLY)
	if err != nil {
		return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH)
	}
	_ = unix.Close(fd)
	return false
}

// failure makes the kernel's answer to the first question about a process
// into an error a person can use.
func failure(pid int, err error) error {
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		return gone(pid)
	}
	return &Error{Op: opRead, PID: pid, Err: err, Hint: "see whether /proc is mounted and readable here"}
}

// reason puts an error into words for the board.
func reason(err error) string {
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Sprintf("%v: shown only to who may trace it, its owner or root with no fewer capabilities", err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Sprintf("%v: this kernel was built without it", err)
	}
	return err.Error()
}
