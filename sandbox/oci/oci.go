// Package oci makes containers of OCI runtimes subjects of experiments: runc,
// crun and gVisor's runsc, each by its command line.
//
// A container is what sandbox/export says of a plan, on the tiny root. Its first
// process reaps and stays; an experiment's command is the runtime's exec. The
// runtime itself runs as a command of a sandbox that has nothing of its own but,
// for root, its mount table. So all that a runtime starts, daemons too, ends with
// that sandbox, be tentpole killed; mounts go with its mount table; files lie in
// a directory of the state directory, and cgroups are written down there, for
// the janitor.
//
// What comes from a runtime, and from what runs in its container, is hostile.
//
// Sources: runc(8), crun(1), the OCI runtime specification's runtime.md and
// config.md, and the user guide of gVisor.
package oci

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// runtime is a row of the table of runtimes.
type runtime struct {
	name string // of the subject
	// program is looked up in PATH, unless the variable names one.
	program, variable string
	says              string // what its --version says, to be known by
	install           string // the command that installs it
	global            []string
	// lacks are layers that it does not make.
	lacks sandbox.LayerSet
	// kernel says that it brings one of its own, in whose process numbers the
	// host has no part.
	kernel bool
	// writes are the flags that have writes to the root land on disk, where that
	// is not so anyway.
	writes []string
	admin  bool // it takes root
	// hides says that it does not run in sight of the v2 tree of a hybrid machine.
	hides bool
	// without is why it cannot be driven at all, "" where it can.
	without string
}

var runtimes = []runtime{
	{name: "oci:runc", program: "runc", says: "runc version", install: "apt-get install runc", lacks: unspecified},
	{name: "oci:crun", program: "crun", says: "crun version", install: "apt-get install crun", lacks: unspecified, hides: true},
	{name: "oci:runsc", program: "runsc", variable: "TENTPOLE_RUNSC", says: "runsc version", install: installRunsc,
		global: []string{"--ignore-cgroups", "--network=none"}, lacks: unspecified | sandbox.Set(sandbox.User, sandbox.Memory, sandbox.Cgroup, sandbox.CPU,
			sandbox.PIDs, sandbox.IO, sandbox.Seccomp, sandbox.Masks),
		kernel: true, writes: []string{"--overlay2=none"}, admin: true},
	{name: "oci:kata", program: "kata-runtime", says: "kata-runtime", install: "see https://katacontainers.io for its packages",
		without: "since version 2 Kata has no command line for create and start: containerd starts it, as with `nerdctl run --runtime io.containerd.kata.v2`"},
}

// unspecified are the layers that runtimes of Debian 12 have no words for.
var unspecified = sandbox.Set(sandbox.Landlock, sandbox.Time)

// installRunsc builds without cgo: a dynamic runsc cannot execute itself again
// in the root that it gives itself.
const installRunsc = "CGO_ENABLED=0 go install gvisor.dev/gvisor/runsc@v0.0.0-20260905035102-160fafc42237"

func find(name string) (runtime, error) {
	var known []string
	for _, r := range runtimes {
		if r.name == name {
			return r, nil
		}
		known = append(known, r.name)
	}
	return runtime{}, &sandbox.UsageError{What: "subject", Word: name, Known: known}
}

// Probe tells whether a runtime is there and answers, within the context's time.
func Probe(ctx context.Context, name string) error {
	r, err := find(name)
	if err != nil {
		return err
	}
	path, err := r.path()
	if err != nil {
		return err
	}
	return r.known(ctx, path)
}

// path finds the program.
func (r runtime) path() (string, error) {
	word := r.program
	if named := os.Getenv(r.variable); r.variable != "" && named != "" {
		word = named
	}
	path, err := exec.LookPath(word)
	switch {
	case err != nil:
		return "", r.cannot("find", fmt.Sprintf("%s is not installed (%v)", r.program, errors.Unwrap(err)), "install it: "+r.install)
	case r.without != "":
		return "", r.cannot("use", r.without, "try another subject, such as oci:runc or vm")
	case r.admin && os.Geteuid() != 0:
		return "", r.cannot("use", "it takes root to start a container of it by create and start", "run sudo tentpole, or try oci:runc")
	case r.hides && hybrid() && os.Geteuid() != 0:
		return "", r.cannot("use", "it does not run in sight of the v2 tree of a hybrid machine, which only root can hide from it", "run sudo tentpole, or try oci:runc")
	}
	return path, nil
}

// cannot is an error for what this machine does not have.
func (r runtime) cannot(op, why, remedy string) error {
	return &sandbox.Error{Op: op, Target: r.program, Err: fmt.Errorf("%w: %s", sandbox.ErrNotSupported, why), Remedy: remedy}
}
