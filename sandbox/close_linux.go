package sandbox

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// Plan is what the sandbox was started from.
func (s *Sandbox) Plan() *Plan { return s.plan }

// Name is the sandbox's name.
func (s *Sandbox) Name() string { return s.plan.Name }

// InitPID is the host's number of the sandbox's init.
func (s *Sandbox) InitPID() int { return s.init.pid }

// Done is closed when the init is gone, and with it everything inside.
func (s *Sandbox) Done() <-chan struct{} { return s.gone }

// Transcript returns the operations of the start, as they happened.
func (s *Sandbox) Transcript() []Done {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Done(nil), s.transcript...)
}

// Facts reads what is true of a process inside right now; pid is the host's.
// The hostname, the paths of its cgroups as it sees them and the number of its
// Landlock domains are those that the init gives to every command: one that has
// since unshared a namespace, or entered a domain, on its own has others.
func (s *Sandbox) Facts(ctx context.Context, pid int, opts ...facts.Option) (facts.Facts, error) {
	var seen []int
	if fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/cgroup", unix.O_RDONLY|unix.O_CLOEXEC, 0); err == nil {
		defer unix.Close(fd)
		seen = append(seen, fd)
	}
	told, err := s.ask(ctx, seen...)
	if err != nil {
		return facts.Facts{}, err
	}
	return facts.Read(ctx, pid, append(tellings(told), opts...)...)
}

// tellings are what the init said, for the reader of facts.
func tellings(told proto.Told) []facts.Option {
	opts := []facts.Option{facts.WithHostname(told.Hostname)}
	if told.Cgroup != "" {
		opts = append(opts, facts.WithCgroup(told.Cgroup))
	}
	if told.Landlock != proto.Uncounted {
		opts = append(opts, facts.WithLandlock(told.Landlock))
	}
	return opts
}

// ask has the init say what it sees from inside, and how a cgroup file of the
// caller's reads there.
func (s *Sandbox) ask(ctx context.Context, files ...int) (proto.Told, error) {
	answer := make(chan proto.Told, 1)
	// Answers come in the order of the questions. s.mu must be free meanwhile:
	// whoever hears the answers needs it.
	s.asking.Lock()
	s.mu.Lock()
	s.asks = append(s.asks, answer)
	s.mu.Unlock()
	err := s.conn.Send(proto.KindAsk, &proto.Empty{}, files...)
	s.asking.Unlock()
	if err != nil {
		return proto.Told{}, s.over()
	}
	select {
	case told := <-answer:
		return told, nil
	case <-s.gone:
		return proto.Told{}, s.over()
	case <-ctx.Done():
		return proto.Told{}, ctx.Err()
	}
}

// listen hears the init until it is gone.
func (s *Sandbox) listen() {
	for {
		m, fds, err := s.conn.Receive()
		if err != nil {
			break
		}
		s.on(m, fds)
	}
	s.buryAll()
}

// on handles one message; a message that makes no sense is dropped.
func (s *Sandbox) on(m proto.Message, fds []int) {
	var (
		started proto.Started
		refused proto.Refused
		exited  proto.Exited
		told    proto.Told
		socket  proto.Opened
	)
	switch m.Kind {
	case proto.KindStarted:
		if m.Decode(&started) == nil {
			s.onStarted(started, fds)
			return
		}
	case proto.KindRefused:
		if m.Decode(&refused) == nil {
			s.onRefused(refused)
		}
	case proto.KindExited:
		if m.Decode(&exited) == nil {
			s.onExited(exited)
		}
	case proto.KindTold:
		if m.Decode(&told) == nil {
			s.onTold(told)
		}
	case proto.KindOpened:
		if m.Decode(&socket) == nil {
			s.onOpened(socket, fds)
			return
		}
	}
	closeAll(fds)
}

func (s *Sandbox) onTold(told proto.Told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asks) > 0 {
		s.asks[0] <- told
		s.asks = s.asks[1:]
	}
}

// buryAll ends what is left when the init has stopped talking: usually
// nothing, everything when somebody killed the init.
func (s *Sandbox) buryAll() {
	s.liveness.Close()
	s.mu.Lock()
	orphans := s.commands
	s.commands = map[int]*Process{}
	s.mu.Unlock()
	for _, p := range orphans {
		if p.pidfd != nil {
			// Its init is gone: in a pid namespace this one is dead as well.
			p.send(unix.SIGKILL)
		}
	}
	s.bury()
	for _, p := range orphans {
		select {
		case p.started <- s.over():
		default:
		}
		p.end(Status{}, s.over())
	}
	close(s.gone)
}

// bury waits for the init, which is then no living one any more, and ends what
// it could not. PID 1 is not gone before all of its namespace are, and on v1 a
// frozen process does not die.
func (s *Sandbox) bury() {
	if s.group != nil {
		s.group.Thaw()
	}
	s.init.wait()
	living.Delete(s.init.pid)
	if s.group != nil {
		s.group.Kill()
	}
	spawner.do(buryOrphans)
}

// patience bounds how long Close waits for the kernel to let go.
const patience = 5 * time.Second

// release tells the init that its owner is done: by the liveness pipe, which
// it watches all the time, and by the end of the conversation, which it hears
// even before. One that was stopped is to hear it, too.
func (s *Sandbox) release() {
	s.liveness.Close()
	s.conn.End()
	s.init.signal(unix.SIGCONT)
}

// Close ends everything inside, waits until it is gone, and removes what the
// sandbox kept. It may be called more than once.
func (s *Sandbox) Close() error {
	s.closing.Do(func() {
		s.release()
		select {
		case <-s.gone:
		case <-time.After(patience):
			s.init.signal(unix.SIGKILL)
			<-s.gone
		}
		s.closeErr = s.remove()
	})
	return s.closeErr
}

// remove takes away the cgroup, the state and the descriptors.
func (s *Sandbox) remove() error {
	errs := []error{s.disconnect()}
	if s.conn != nil {
		s.conn.Close()
	}
	for _, t := range s.terminals {
		t.Close()
	}
	if s.liveness != nil {
		s.liveness.Close()
	}
	if s.stderr != nil {
		s.stderr.Close()
	}
	if s.group != nil {
		errs = append(errs, s.group.Close(patience))
	}
	if s.made {
		// What experiments announced on the host goes even when the process
		// that watched over it was killed.
		errs = append(errs, s.removeTree())
	}
	errs = append(errs, s.released())
	return errors.Join(errs...)
}

func (s *Sandbox) removeTree() error {
	dir, err := os.OpenRoot(path.Dir(s.plan.tree))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain("open", path.Dir(s.plan.tree), errno(err))
	}
	defer dir.Close()
	removeCanaries(dir, path.Base(s.plan.tree))
	return explainNil("remove", s.plan.tree, removeTree(dir, path.Base(s.plan.tree)))
}
