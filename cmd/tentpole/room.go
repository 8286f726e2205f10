package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	charmssh "github.com/charmbracelet/ssh"
	"github.com/spf13/cobra"
	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/desk"
	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/lessons"
)

// room is the class as it is held: what the server and the boards have in common.
type room struct {
	class    store.Class
	course   *lessons.Course
	lectern  *lectern.Lectern
	crowd    *tent.Crowd
	teachers []gossh.PublicKey
	end      context.CancelFunc
	boards   sync.WaitGroup
}

// openRoom makes the class ready, with everybody who has joined, and lets boards on
// this machine look on.
func (f *serveFlags) openRoom(c *cobra.Command, kept *store.Store, log *slog.Logger) (r *room, err error) {
	ctx := c.Context()
	if !server.ClassName(f.class) {
		return nil, badClassName(f.class)
	}
	r = &room{}
	if r.class, err = kept.Class(ctx, f.class); err != nil {
		return nil, err
	}
	if f.teacher != "" {
		if r.teachers, err = server.LoadTeachers(f.teacher); err != nil {
			return nil, &exitError{exitUsage, err}
		}
	}
	if r.course, err = loadCourse(); err != nil {
		return nil, err
	}
	r.lectern = lectern.New(r.class, kept, r.course, log)
	if err := r.lectern.Refresh(ctx); err != nil {
		return nil, err
	}
	dir, err := f.keep.local()
	if err != nil {
		return nil, err
	}
	ctx, r.end = context.WithCancel(ctx)
	listener, err := lectern.Listen(lectern.Socket(dir, r.class.Name))
	switch {
	case errors.Is(err, lectern.ErrHeld): // a second server of a class that shares a database
		fmt.Fprintln(c.ErrOrStderr(), "tentpole: the board of this server is only to be had over SSH: "+cleanLines(err.Error()))
	case err != nil:
		return nil, err
	default:
		r.boards.Go(func() { r.lectern.Serve(ctx, listener) })
	}
	return r, nil
}

// close ends what looks on.
func (r *room) close() {
	r.end()
	r.boards.Wait()
}

// board shows the board to a teacher at the other end of a connection.
func (r *room) board(ctx context.Context, session charmssh.Session, t charmssh.Pty) error {
	w := r.lectern.Watch()
	defer w.Close()
	return desk.OverSSH(ctx, desk.Options{Name: r.class.Name, Code: r.class.Code, Class: w, Course: r.course}, session, t)
}

// linesDir makes the directory of the learners' sockets, beside the program that
// their tents show. What a killed server has left there is taken over by name.
func linesDir(program string) (string, error) {
	dir := filepath.Join(filepath.Dir(program), "lines")
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, nil
}
