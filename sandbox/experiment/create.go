package experiment

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// CreateByAct has an act make a file inside that was not there, with one line of
// content: for subjects that have no better way. The error wraps fs.ErrExist
// when there is such a file already: it is left alone. Whatever ends the act
// but SIGKILL removes the file.
func CreateByAct(ctx context.Context, s Subject, path, content string) (Canary, error) {
	content = strings.ReplaceAll(content, "\n", " ")
	talk, err := Begin(ctx, s, "create", inside.Create{Path: path, Content: content})
	if err != nil {
		return nil, err
	}
	var said inside.Created
	if err := talk.Hear(ctx, &said); err != nil {
		return nil, errors.Join(err, talk.Close())
	}
	if said.Refused != nil {
		err := &sandbox.Error{Op: "create", Target: path, Err: asError(said.Refused), Remedy: createRemedy(syscall.Errno(said.Refused.Errno))}
		return nil, errors.Join(err, talk.Close())
	}
	return &actCanary{talk, sandbox.Identity{Path: path, Device: said.Device, Inode: said.Inode, UID: said.UID, GID: said.GID}}, nil
}

func createRemedy(errno syscall.Errno) string {
	switch errno {
	case syscall.EEXIST:
		return "there is such a file already and it was left alone: choose another path with --path"
	case syscall.ENOENT:
		return "the directory does not exist inside: choose another path with --path"
	}
	return "choose a path that can be written inside with --path"
}

// actCanary is a file that an act watches over.
type actCanary struct {
	talk *Talk
	made sandbox.Identity
}

func (c *actCanary) Made() sandbox.Identity { return c.made }

func (c *actCanary) PID() int { return c.talk.Process.PID() }

// Remove ends the act's standard input, and hears that the file is gone.
func (c *actCanary) Remove(ctx context.Context) error {
	err := c.talk.Hang()
	if err == nil {
		err = c.talk.End(ctx)
	}
	return errors.Join(err, c.talk.Close())
}
