package facts

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// readHostname has three ways, the cheapest first: somebody inside said so
// ([WithHostname]), the uts namespace is the reader's own, or, as root, a
// thread enters the namespace, asks, and is thrown away.
func (r *reader) readHostname() (err error) {
	if r.opts.hostname != nil {
		r.facts.Hostname = *r.opts.hostname
		return nil
	}
	ours, err := r.ours("uts")
	if err != nil {
		return err
	}
	if ours {
		r.facts.Hostname, err = nodename()
		return err
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w to enter its uts namespace", unix.EPERM)
	}
	r.facts.Hostname, err = r.target.hostname()
	return err
}

func nodename() (string, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return "", err
	}
	return unix.ByteSliceToString(uts.Nodename[:]), nil
}

// hostname asks inside the process's uts namespace.
func (d procDir) hostname() (name string, err error) {
	entered := d.enter("uts", unix.CLONE_NEWUTS, func() { name, err = nodename() })
	if entered != nil {
		return "", entered
	}
	return name, err
}
