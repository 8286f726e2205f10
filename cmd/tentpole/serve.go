package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/class/scribe"
	"github.com/tentpole-labs/tentpole/class/server"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// serveFlags are the flags of `tentpole serve`.
type serveFlags struct {
	keep                keptAt
	class, listen, host string
	allow               string
	memory, cpus, pids  string
	terminals           int
	teacher             string
	idle, total, linger time.Duration
	learners            int
	inContainer         bool
}

func serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Let a class in by SSH, everybody into a tent of their own",
		Long: "Let a class in by SSH. Everybody gets the whole of tentpole in a tent of their own, with user ids, processes, files, a network and limits of its own; the sandboxes of the lessons are tents inside that tent, and what a lesson calls the host is the tent.\n\n" +
			"It shows the line to type, the code that lets people join, and the fingerprint of its key. Who has joined comes back with the key of that computer, or with a word where there is none, and finds the progress that was made. " +
			"What a learner sees of this machine is its programs below /usr, to read.",
		Example: "  sudo tentpole serve\n  sudo tentpole serve --class blue --listen :2022",
		Args:    arguments(cobra.NoArgs),
		RunE:    func(c *cobra.Command, _ []string) error { return serve(c, f) },
	}
	c.AddCommand(scribeCommand())
	flags := c.Flags()
	f.keep.flags(c)
	flags.StringVar(&f.class, "class", "class", "the name of the class; a new one is made")
	flags.StringVar(&f.listen, "listen", ":2222", "where to listen: :PORT or ADDRESS:PORT")
	flags.StringVar(&f.teacher, "teacher", "", "the file of a public key: who logs in as teacher with that key gets the board")
	flags.StringVar(&f.host, "host", "", "this machine's name or address in the line that is shown (default: the first address)")
	flags.StringVar(&f.allow, "allow", "", "a file of who may join: a key as in authorized_keys, or a name, on each line")
	flags.StringVar(&f.memory, "memory", "", "the memory of each learner, files included (default: 768M, or less where all together would have more than the machine)")
	flags.StringVar(&f.cpus, "cpus", "1", "the processor time of each learner")
	flags.StringVar(&f.pids, "pids", "", "the processes and threads of each learner (default: 512, or less in the same way)")
	flags.IntVar(&f.terminals, "terminals", 0, "the terminals of each learner (default: 64, or as many as the kernel reserves by --learners, at least 12)")
	flags.DurationVar(&f.idle, "idle", 30*time.Minute, "how long somebody may type nothing")
	flags.DurationVar(&f.total, "total", 8*time.Hour, "how long somebody may stay without logging in again")
	flags.DurationVar(&f.linger, "linger", 10*time.Minute, "how long a program waits for its learner when the window is gone; 0 for not at all")
	flags.IntVar(&f.learners, "learners", 40, "how many may be here at a time")
	flags.BoolVar(&f.inContainer, "in-container", false, "in a container with CAP_SYS_ADMIN: make its cgroups writable and mount a whole /proc, for the tents")
	c.AddCommand(serveManifestCommand(), serveCheckCommand())
	return c
}

func serve(c *cobra.Command, f serveFlags) (err error) {
	limits, err := f.limits()
	if err != nil {
		return err
	}
	if f.inContainer {
		if err := tent.InContainer(); err != nil {
			return err
		}
	}
	// Whatever this machine cannot do is said before anybody is invited.
	if _, err := (tent.Pitch{Number: 1, Hostname: f.class, Program: os.Args[0], Limits: limits}).Plan(); err != nil && !sandbox.IsUsage(err) {
		return err
	}
	kept, err := f.keep.open(c.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	dir, err := f.keep.local()
	if err != nil {
		return err
	}
	window := &reminder{to: c.ErrOrStderr()}
	log := slog.New(slog.NewTextHandler(window, nil))
	last, err := takeOver(c.Context(), kept, dir, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, last.Close(), tent.Sweep()) }()
	room, err := f.openRoom(c, kept, log)
	if err != nil {
		return err
	}
	defer room.close()
	room.crowd = tent.NewCrowd()
	defer room.crowd.Close()
	s, key, class, err := f.prepare(c, kept, limits, room, last, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("%w; choose another port with --listen :PORT", err)
	}
	control, err := server.ListenControl(dir)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	go s.Control(control)
	defer control.Close()
	i := invitation{class, key, f.joinWith(listener.Addr())}
	i.show(c.OutOrStdout())
	if isTerminal(c.ErrOrStderr()) {
		window.remind(i.inShort())
	}
	return serveUntil(c.Context(), s, listener)
}

// prepare puts the server together.
func (f *serveFlags) prepare(c *cobra.Command, kept *store.Store, limits tent.Limits, r *room, last *scribe.Scribe, log *slog.Logger) (*server.Server, *server.HostKey, store.Class, error) {
	class := r.class
	key, err := f.keep.hostKey(c.Context(), kept)
	if err != nil {
		return nil, nil, class, err
	}
	allowed, err := f.allowed()
	if err != nil {
		return nil, nil, class, err
	}
	program, err := tent.Install()
	if err != nil {
		return nil, nil, class, err
	}
	lines, err := linesDir(program)
	if err != nil {
		return nil, nil, class, err
	}
	s, err := server.New(server.Config{Class: class, Store: kept, HostKey: key, Allowed: allowed, Raise: server.InTents(program, f.class, lines, limits, last, r.crowd),
		Lectern: r.lectern, Lines: lines, Teachers: r.teachers, Board: r.board,
		Log: log, Idle: f.idle, Total: f.total, Linger: f.linger, Useless: 2 * time.Minute, Learners: f.learners})
	return s, key, class, err
}

func badClassName(word string) error {
	return &sandbox.UsageError{What: "class", Word: word, Why: "its name begins with a letter and has at most 24 letters a to z, digits and dashes"}
}

// allowed reads the list, if there is one.
func (f *serveFlags) allowed() (*server.Allowed, error) {
	if f.allow == "" {
		return nil, nil
	}
	return server.LoadAllowed(f.allow)
}

// serveUntil serves until the command is interrupted; that is how it ends, and no
// failure.
func serveUntil(ctx context.Context, s *server.Server, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case <-ctx.Done():
		err := s.Close()
		return errors.Join(err, <-served)
	case err := <-served:
		return errors.Join(err, s.Close())
	}
}

func (f *serveFlags) limits() (l tent.Limits, err error) {
	share := tent.Share(max(f.learners, 1))
	l.Terminals = cmp.Or(f.terminals, share.Terminals)
	err = errors.Join(
		parseInto(&l.Memory, cmp.Or(f.memory, fmt.Sprint(share.Memory)), func(word string) (int64, error) { return cgroup.ParseBytes("memory limit", word) }),
		parseInto(&l.CPUs, f.cpus, cgroup.ParseCPUs),
		parseInto(&l.PIDs, cmp.Or(f.pids, fmt.Sprint(share.PIDs)), cgroup.ParsePIDs),
	)
	switch {
	case err != nil:
		return l, &exitError{exitUsage, err}
	case l.Memory == 0 || l.CPUs == 0 || l.PIDs == 0 || l.Terminals < 1 || f.learners < 1 || f.idle <= 0 || f.total <= 0 || f.linger < 0:
		return l, &exitError{exitUsage, errors.New("--memory, --cpus, --pids, --terminals, --learners, --idle and --total are more than nothing, and --linger is not less: a class shares one machine")}
	}
	return l, nil
}
