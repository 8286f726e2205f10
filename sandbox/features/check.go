package features

import (
	"context"
	"io/fs"
	"os"
	"time"
)

// Raise starts a sandbox with these layers and this root, runs a command in
// it and takes it down again. It is how every probe here acts: by doing.
type Raise func(ctx context.Context, layers []string, root string) error

// Feature is one row of the table: something a sandbox may need.
type Feature struct {
	ID     string
	What   string
	layers []string
	root   string
}

// table is probed in this order; the first row that fails explains most of
// what fails after it.
var table = []Feature{
	{"process", "start a plain process", nil, "host"},
	{"user", "a user namespace, with its ids mapped", []string{"user"}, "host"},
	{"mount", "a mount namespace, with mounts of its own", []string{"mount"}, "host"},
	{"uts", "a uts namespace (host name)", []string{"uts"}, "host"},
	{"ipc", "an ipc namespace (message queues)", []string{"ipc"}, "host"},
	{"pid", "a pid namespace, with a /proc of its own", []string{"mount", "pid"}, "host"},
	{"net", "a network namespace, with its loopback up", []string{"net"}, "host"},
	{"cgroup", "a cgroup namespace", []string{"cgroup"}, "host"},
	{"time", "a time namespace, with a boot clock of its own", []string{"time"}, "host"},
	{"overlay", "an overlay of the host's root", []string{"mount", "root"}, "overlay"},
	{"container", "everything together", []string{"mount", "root", "uts", "ipc", "pid", "net", "user", "time", "cgroup"}, "overlay"},
}

// Answer is what a probe found.
type Answer struct {
	ID           string `json:"id"`
	What         string `json:"what"`
	OK           bool   `json:"ok"`
	Microseconds int64  `json:"microseconds"`
	Error        string `json:"error,omitempty"`
	Remedy       string `json:"remedy,omitempty"`
	Err          error  `json:"-"`
}

// Check probes every feature, in order, and stops early only when ctx ends.
// Each answer costs as much as starting a sandbox: a few milliseconds.
func Check(ctx context.Context, raise Raise) []Answer {
	var answers []Answer
	for _, f := range table {
		if ctx.Err() != nil {
			return answers
		}
		begin := time.Now()
		err := raise(ctx, f.layers, f.root)
		a := Answer{ID: f.ID, What: f.What, OK: err == nil, Microseconds: time.Since(begin).Microseconds(), Err: err}
		if err != nil {
			a.Error = err.Error()
			a.Remedy = Remedy(os.DirFS("/"), err)
		}
		answers = append(answers, a)
	}
	return answers
}

// Failed returns the first answer that is no, as an error that wraps
// ErrNotSupported, or nil.
func Failed(answers []Answer) error {
	for _, a := range answers {
		if !a.OK {
			return &NotSupportedError{Feature: a.What, Cause: a.Err, Remedy: a.Remedy}
		}
	}
	return nil
}

// Remedy explains a refusal from what the machine says about itself: its
// sysctls and its release, read from root, the file system's top. It never
// proposes to switch a protection of the whole machine off.
func Remedy(root fs.FS, refused error) string {
	if refused == nil {
		return ""
	}
	for _, c := range causes {
		if c.holds(root, refused) {
			return c.say(root)
		}
	}
	return "run tentpole as root (sudo tentpole) to see whether it is a matter of rights"
}
