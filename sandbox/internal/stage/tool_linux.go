package stage

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/ownfile"
)

// Tool is the helper that works inside as an ordinary command: it has the
// same root, namespaces and rights as anything a learner starts. It never
// returns.
//
//	hold              do nothing until standard input ends
//	create PATH       make PATH with the first line of standard input as its
//	                  content, say who it is, and remove it on the line
//	                  "remove" or when standard input ends
func Tool() {
	unix.Prctl(unix.PR_SET_NAME, comm("tentpole-inside"), 0, 0, 0)
	args := os.Args[1:]
	switch {
	case len(args) == 1 && args[0] == "hold":
		var b [64]byte
		for {
			if n, err := os.Stdin.Read(b[:]); n == 0 || err != nil {
				os.Exit(0)
			}
		}
	case len(args) == 2 && args[0] == "create":
		os.Exit(create(args[1]))
	}
	fmt.Fprintln(os.Stderr, "tentpole-inside is started by tentpole only")
	os.Exit(2)
}

// Created is what the helper says about the file it made.
type Created struct {
	Path   string `json:"path"`
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
	UID    uint32 `json:"uid"` // as seen from inside
	GID    uint32 `json:"gid"`
	Error  string `json:"error,omitempty"`
	Errno  int    `json:"errno,omitempty"`
}

// Removed is the helper's answer to "remove".
type Removed struct {
	Removed bool   `json:"removed"`
	Error   string `json:"error,omitempty"`
}

func create(file string) int {
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	content, err := in.ReadString('\n')
	if err != nil {
		return 1
	}
	made, err := ownfile.Create(file, content)
	if err != nil {
		said := Created{Path: file, Error: err.Error()}
		if errno, ok := err.(unix.Errno); ok {
			said.Errno = int(errno)
		}
		out.Encode(said)
		return 1
	}
	out.Encode(Created{Path: file, Device: made.Device, Inode: made.Inode, UID: made.UID, GID: made.GID})
	in.ReadString('\n') // "remove", or the end: the file goes either way
	if err := made.Remove(); err != nil {
		out.Encode(Removed{Error: err.Error()})
		return 1
	}
	out.Encode(Removed{Removed: true})
	return 0
}
