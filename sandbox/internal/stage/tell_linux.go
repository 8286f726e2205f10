package stage

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// tell reports what only somebody inside can see without entering.
func (in *initProcess) tell() *proto.Told {
	t := &proto.Told{}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		t.Hostname = unix.ByteSliceToString(u.Nodename[:])
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return t
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		name, err := os.ReadFile("/proc/" + e.Name() + "/comm")
		if err != nil {
			continue // it ended meanwhile
		}
		t.Processes = append(t.Processes, proto.Seen{PID: pid, Comm: strings.TrimSuffix(string(name), "\n")})
	}
	return t
}
