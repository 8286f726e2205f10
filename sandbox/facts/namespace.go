package facts

import (
	"fmt"
	"strconv"
	"strings"
)

// Namespace is the layer word for one of the eight kinds of namespace: mount,
// uts, ipc, pid, net, user, cgroup or time.
type Namespace string

// namespaces is the order of the board.
var namespaces = [...]Namespace{"mount", "uts", "ipc", "pid", "net", "user", "cgroup", "time"}

// link is the name in /proc/PID/ns.
func (n Namespace) link() string {
	if n == "mount" {
		return "mnt"
	}
	return string(n)
}

// row is the id of the namespace's board row and its key in Unreadable.
func (n Namespace) row() string { return "ns." + string(n) }

// parseNamespaceLink takes the inode out of a link such as "mnt:[4026531841]".
func parseNamespaceLink(link string) (uint64, error) {
	_, inode, _ := strings.Cut(link, ":[")
	inode, closed := strings.CutSuffix(inode, "]")
	n, err := strconv.ParseUint(inode, 10, 64)
	if err != nil || !closed {
		return 0, fmt.Errorf("namespace link %q has no inode", link)
	}
	return n, nil
}
