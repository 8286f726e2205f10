package main

import (
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/class/store"
)

// invitation is what goes on the board of the room.
type invitation struct {
	class store.Class
	key   *server.HostKey
	join  string // the line to type
}

// joinWith is the line to type for a server that listens there.
func (f *serveFlags) joinWith(at net.Addr) string {
	_, port, _ := net.SplitHostPort(at.String())
	host := f.host
	if host == "" {
		host = ownAddress(at)
	}
	return fmt.Sprintf("ssh -p %s NAME@%s", port, host)
}

func (i invitation) show(w io.Writer) {
	for _, row := range [][2]string{
		{"class", i.class.Name}, {"code", i.class.Code}, {"join with", i.join}, {"key", i.key.Fingerprint()}, {"in words", i.key.Words()},
	} {
		fmt.Fprintf(w, "%-10s %s\n", row[0], row[1])
	}
	for _, line := range i.key.Picture() {
		fmt.Fprintf(w, "%-10s %s\n", "", line)
	}
}

// inShort is what somebody who comes late has to know.
func (i invitation) inShort() string {
	return fmt.Sprintf("%-10s %s   code %s\n%-10s %s\n", "join with", i.join, i.class.Code, "in words", i.key.Words())
}

// reminder is the log of a server. In a window the invitation scrolls away above
// it: what it is to say comes again every few lines.
type reminder struct {
	to io.Writer

	mu    sync.Mutex
	says  string
	since int // lines since it was said
}

// remindEvery is so many lines that one reminder is always seen in a small window,
// where a line of the log takes two.
const remindEvery = 10

func (r *reminder) remind(says string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.says, r.since = says, 0
}

// Write takes a line of the log.
func (r *reminder) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.to.Write(line)
	if r.since++; err == nil && r.says != "" && r.since >= remindEvery {
		r.since = 0
		_, err = io.WriteString(r.to, r.says)
	}
	return n, err
}

// ownAddress is an address that others reach this machine at: the one it listens
// on, or the first that is not its own loopback.
func ownAddress(at net.Addr) string {
	if tcp, ok := at.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
		return tcp.IP.String()
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "localhost"
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "localhost"
}
