package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// signature is how the file begins: whoever finds it knows what made it.
const signature = "tentpole was here "

// Two learners on one machine make the file of the same name. An experiment has
// it for a second or two, so the other one waits.
const (
	longestTaken = 10 * time.Second
	takenPause   = 50 * time.Millisecond
)

// createFile makes the file inside, when another tentpole has it after that.
func createFile(ctx context.Context, s Subject, o Options, content string) (Canary, error) {
	deadline := time.Now().Add(longestTaken)
	for again := false; ; again = true {
		made, err := s.Create(ctx, o.Path, content)
		if !errors.Is(err, fs.ErrExist) {
			return made, err
		}
		owner, ours := whoseFile(o.Path)
		gone := owner == "" && !again // meanwhile; or it is inside only
		if !ours && !gone || time.Now().After(deadline) {
			return nil, fmt.Errorf("%w%s", err, owner)
		}
		o.tell(Progress{Phase: "waiting for another tentpole on this machine, which has the file"})
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(takenPause):
		}
	}
}

// whoseFile says of a file on the host whose it is, and whether a tentpole made
// it, or is about to write into it. It says nothing where there is none.
func whoseFile(path string) (owner string, ours bool) {
	content, st, err := search.ReadThrough("/", path, int64(len(signature)))
	if err != nil {
		return "", false
	}
	name := strconv.FormatUint(uint64(st.UID), 10)
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return "; on the host it belongs to " + name, bytes.HasPrefix([]byte(signature), content)
}
