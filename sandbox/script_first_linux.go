package sandbox

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// beginning tells whether the raiser can become the first command, or start it: it
// has no terminal, which is opened inside, is root's, and its program is the
// sandbox's.
func (s *starting) beginning() bool {
	c := s.first
	return c != nil && c.Terminal == nil && !c.tool && c.Program == nil && c.User == "" && len(c.Args) > 0 && s.opts.fail == nil
}

// begin has the raiser, when all is raised, send what the init is to have, and
// become the first command, if that can begin.
func (sc *script) begin(s *starting) error {
	for _, name := range []string{op.LandlockDescriptor, op.NamespaceDescriptor} {
		if _, ok := sc.held[name]; ok {
			sc.stay = append(sc.stay, name)
		}
	}
	if !s.beginning() {
		sc.send()
		return nil
	}
	sc.pid = sc.raiser
	birth, parts, err := sc.burden(s)
	if err != nil {
		return err
	}
	pidfd := new(int32)
	sc.held[proto.BegunDescriptor] = pidfd
	sc.stay = append(sc.stay, proto.BegunDescriptor)
	if birth == nil {
		own := new(int32)
		sc.program.Add(fork.Call{Number: unix.SYS_GETPID, Into: own, Name: "getpid"},
			fork.Call{Number: unix.SYS_PIDFD_OPEN, Load: []fork.Load{{From: own}}, Into: pidfd, Name: "pidfd_open"})
		sc.send()
	}
	sc.await()
	sc.carryAt = sc.program.Times()
	calls, err := sc.command(s, parts)
	if err != nil {
		return err
	}
	if birth == nil {
		sc.program.Try()
		sc.program.Add(calls...)
		return nil
	}
	// It is born in its cgroup, as a child of the init's.
	sc.pid = new(int32)
	sc.program.Add(fork.Child(unix.CLONE_PARENT, birth, sc.pid, pidfd, true, calls...)...)
	sc.send()
	return nil
}

// send sends what the init is to have.
func (sc *script) send() {
	var numbers []*int32
	for _, name := range sc.stay {
		numbers = append(numbers, sc.held[name])
	}
	sc.program.Add(fork.Transmit(handsFD, numbers)...)
}

// burden is what the command carries, and the cgroup that it is born in, if any.
func (sc *script) burden(s *starting) (birth *int32, parts [][]fork.Call, err error) {
	for _, i := range sc.carried {
		part := op.NewScript(sc.held)
		join, joins := s.child[i].(op.JoinCgroup)
		if joins {
			if birth, err = join.Birth(part); err != nil {
				return nil, nil, err
			}
		}
		if !joins || !sc.entered {
			if err := s.child[i].(op.Restriction).Carry(part); err != nil {
				return nil, nil, err
			}
		}
		parts = append(parts, part.Calls)
	}
	return birth, parts, nil
}

// command are the calls by which a process becomes the first command.
func (sc *script) command(s *starting, burden [][]fork.Call) ([]fork.Call, error) {
	c := s.first
	env := c.Env
	if env == nil {
		env = s.env
	}
	calls := fork.Session([]int{stdinFD, stdoutFD, stderrFD}, false)
	calls = append(calls, fork.Call{Number: unix.SYS_CLOSE_RANGE, Args: [6]uintptr{proto.SocketFD, uintptr(^uint32(0)), unix.CLOSE_RANGE_CLOEXEC}, Name: "close_range"})
	calls = append(append(calls, fork.Chdir(c.directory())), append(fork.Hearing(), fork.OpenFiles()...)...)
	calls = append(calls, sc.program.Marked(burden...)...)
	tries, err := executions(c.Args, env)
	return append(calls, tries...), err
}

// directory is where a command starts.
func (c Command) directory() string {
	if c.Dir == "" {
		return "/"
	}
	return c.Dir
}

// executions are the tries to execute a command, as a shell finds it: a name with
// a slash is a path, any other is looked for in PATH. When none succeeds, the init
// is asked, which says why.
func executions(args, env []string) (calls []fork.Call, err error) {
	paths := []string{args[0]}
	if !strings.Contains(args[0], "/") {
		paths = nil
		for _, dir := range strings.Split(searched(env), ":") {
			if strings.HasPrefix(dir, "/") {
				paths = append(paths, dir+"/"+args[0])
			}
		}
	}
	for i, p := range paths {
		c, err := fork.Execution(p, args, env)
		if err != nil {
			return nil, err
		}
		c.Optional = i < len(paths)-1
		calls = append(calls, c)
	}
	return calls, nil
}

// searched is PATH as a command will have it.
func searched(env []string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(env[i], "PATH="); ok {
			return v
		}
	}
	return ""
}
