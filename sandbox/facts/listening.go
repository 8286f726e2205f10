package facts

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Listening lists the TCP ports that somebody listens on in the network
// namespace of a process, on whichever address, in order; proc_pid_net(5).
func Listening(pid int) ([]int, error) { return listening(os.DirFS("/proc/" + strconv.Itoa(pid))) }

func listening(process fs.FS) (ports []int, err error) {
	for _, table := range []string{"net/tcp", "net/tcp6"} {
		b, err := fs.ReadFile(process, table)
		if err != nil && table == "net/tcp" { // a kernel without IPv6 lacks the other
			return nil, fmt.Errorf("read the ports that are listened on: %w", err)
		}
		for line := range lines(b) {
			if port, ok := listener(line); ok {
				ports = append(ports, port)
			}
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports), nil
}

// listener reads a line "0: 0100007F:0016 00000000:0000 0A …" of a table of
// sockets. 0A is TCP_LISTEN; include/net/tcp_states.h.
func listener(line string) (port int, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || fields[3] != "0A" {
		return 0, false
	}
	_, hex, _ := strings.Cut(fields[1], ":")
	n, err := strconv.ParseUint(hex, 16, 16)
	return int(n), err == nil
}
