package inside

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func init() { register("hostname", rename) }

// rename changes the name only where it is the sandbox's own. Otherwise it asks
// with a name longer than the kernel takes, which sethostname(2) looks at only
// after the permission.
func rename(a *Act) error {
	var given Rename
	if err := a.Given(&given); err != nil {
		return err
	}
	var out Hostname
	var err error
	if out.Shared, err = shares("uts", given.Shared); err != nil {
		return err
	}
	if out.Shared {
		const tooLong = 65
		if err := unix.Sethostname([]byte(strings.Repeat("x", tooLong))); err != unix.EINVAL {
			out.Refused = Explain(err)
		}
	} else {
		out.Refused = Explain(unix.Sethostname([]byte(given.Name)))
	}
	if out.Now, err = os.Hostname(); err != nil {
		return err
	}
	return a.Say(out)
}
