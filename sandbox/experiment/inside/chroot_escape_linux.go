package inside

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func init() { register("chroot-escape", walkOut) }

// walkOut changes the root of this process, keeps its old root open, and walks
// up from there: chroot(2) does not change where a process is, and ".." stops
// only at the root that one stands below.
func walkOut(a *Act) error {
	var out Walk
	var err error
	if out.Root, err = placeOf("/"); err != nil {
		return err
	}
	old, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /: %w", err)
	}
	if err := unix.Chroot("/proc"); err != nil {
		out.Refused = Explain(err)
	}
	if out.Jail, err = placeOf("/"); err != nil {
		return err
	}
	if err := unix.Fchdir(old); err != nil {
		return fmt.Errorf("go back to the old root: %w", err)
	}
	const enough = 64 // directories above one another
	for range enough {
		if err := unix.Chdir(".."); err != nil {
			return fmt.Errorf("go up: %w", err)
		}
	}
	if out.Reached, err = placeOf("."); err != nil {
		return err
	}
	return a.Say(out)
}

func placeOf(path string) (Place, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return Place{}, fmt.Errorf("stat %s: %w", path, err)
	}
	return Place{uint64(st.Dev), st.Ino}, nil
}
