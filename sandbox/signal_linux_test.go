package sandbox

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestDeafInit: the first command may send the init what it likes; and every
// command hears all signals.
func TestDeafInit(t *testing.T) {
	// As in a shell without job control, whose commands in the background begin so.
	ignored := []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.Signal(40)}
	signal.Ignore(ignored...)
	defer signal.Reset(ignored...)
	for _, layers := range []LayerSet{Set(), Set(PID), Set(Mount, PID)} {
		for range 20 {
			s := open(t, machine(t), Spec{Layers: layers})
			got, _ := output(t, s, "sh", "-c", `for s in HUP INT QUIT TERM USR1 USR2 ALRM TSTP TTIN TTOU; do kill -$s $PPID; done
				kill -0 $PPID && echo alive; grep -E 'SigIgn|SigBlk' /proc/self/status`)
			if !strings.HasPrefix(got, "alive\n") || strings.Count(got, "0000000000000000") != 2 {
				t.Fatalf("%s: %s", layers, got)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
