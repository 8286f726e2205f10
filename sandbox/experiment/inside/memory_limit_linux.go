package inside

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("memory-limit", eat) }

// bite is how much is touched between two messages.
const bite = 4 << 20

// eat maps memory and, when the host says so, touches it page by page.
func eat(a *Act) error {
	var given Eat
	if err := a.Given(&given); err != nil {
		return err
	}
	within(30 * time.Second)
	// If the machine should run out of memory, it is this one that goes;
	// proc_pid_oom_score_adj(5). Where it may not say so, the ceiling has to do.
	os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	size := clamp(int(min(given.Bytes, EatMost)), bite, EatMost)
	plate, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err := a.Say(Eaten{Asked: int64(size), Refused: Explain(err)}); err != nil {
		return err
	}
	var begin struct{}
	if err != nil || a.Hear(&begin) != nil {
		return nil
	}
	defer unix.Munmap(plate)
	for at := 0; at < size; {
		for end := min(at+bite, size); at < end; at += os.Getpagesize() {
			plate[at] = 1
		}
		if err := a.Say(Eaten{Asked: int64(size), Touched: int64(min(at, size))}); err != nil {
			return err
		}
	}
	return nil
}
