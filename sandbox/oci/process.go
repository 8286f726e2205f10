package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// placed is a program that was put where the container can execute it.
type placed struct {
	is   os.FileInfo
	name string
	dir  string // inside
}

// place copies a program into a directory of its own, under the name that it is
// to be called by, and tells where that is inside. The container cannot write
// there.
func (c *container) place(program *os.File, name string) (string, error) {
	is, err := program.Stat()
	if err != nil {
		return "", err
	}
	name = path.Base(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.programs {
		if p.name == name && os.SameFile(p.is, is) {
			return p.dir, nil
		}
	}
	number := strconv.Itoa(len(c.programs) + 1)
	dir := path.Join(c.bundle.programs(), number)
	if err := copyProgram(program, is.Size(), dir, name); err != nil {
		return "", err
	}
	p := placed{is, name, path.Join(programsInside, number)}
	c.programs = append(c.programs, p)
	return p.dir, nil
}

func copyProgram(program *os.File, size int64, dir, name string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.NewSectionReader(program, 0, size))
	return errors.Join(err, f.Close())
}

// process is one that the runtime's exec has started.
type process struct {
	*sandbox.Process // the runtime's exec, which stays as long
	in               *container
	host             *os.Process // nil where the host has no number for it
	inside           int
}

// Start has the runtime execute a command in the container. The runtime's own
// process stays beside it and ends as it does.
func (c *container) Start(ctx context.Context, cmd experiment.Command) (experiment.Process, error) {
	files, err := c.describe(cmd)
	if err != nil {
		return nil, err
	}
	run := sandbox.Command{Args: c.logging(files.log, c.exec(files)...), Stdin: cmd.Stdin, Stdout: cmd.Stdout, Stderr: cmd.Stderr}
	if cmd.Terminal {
		run.Terminal = &sandbox.Size{Rows: 24, Cols: 80}
	}
	started, err := c.host.Start(ctx, run)
	if err != nil {
		return nil, err
	}
	p := &process{Process: started, in: c}
	number, err := p.number(ctx, files, cmd.Args[0])
	if err == nil {
		err = p.find(ctx, number)
	}
	if err != nil {
		started.Signal(syscall.SIGKILL)
		return nil, err
	}
	return p, nil
}

// execFiles are those by which a runtime hears of a command, and tells of it.
type execFiles struct{ process, pid, log string }

func (c *container) describe(cmd experiment.Command) (f execFiles, err error) {
	place := ""
	if cmd.Program != nil {
		if place, err = c.place(cmd.Program, cmd.Args[0]); err != nil {
			return f, err
		}
	}
	p := c.bundle.process(cmd.Args, place)
	p.Terminal = cmd.Terminal
	if err := c.user(cmd.User, &p.User.UID, &p.User.GID); err != nil {
		return f, err
	}
	c.mu.Lock()
	c.started++
	name := path.Join(c.bundle.dir, "exec-"+strconv.Itoa(c.started))
	c.mu.Unlock()
	f = execFiles{name + ".json", name + ".pid", name + ".log"}
	return f, writeJSON(f.process, p)
}

// user reads UID or UID:GID; the runtime knows no names.
func (c *container) user(word string, uid, gid *uint32) error {
	if word == "" {
		return nil
	}
	if n, err := fmt.Sscanf(word+":0", "%d:%d", uid, gid); n < 2 || err != nil {
		return c.cannot("find the user "+strconv.Quote(word)+" for", "a runtime knows users by number only", "give the number: 65534:65534")
	}
	return nil
}

// exec is the runtime's command. Which number it writes down differs: only of a
// kernel that the container shares the host can have one.
func (c *container) exec(f execFiles) []string {
	told := "--pid-file"
	if c.kernel {
		told = "--internal-pid-file"
	}
	return []string{"exec", "--process", f.process, told, f.pid, c.id()}
}

// number waits for the runtime to write down the process's number. One that has
// ended without was not started.
func (p *process) number(ctx context.Context, f execFiles, name string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, p.in.limit)
	defer cancel()
	for ended := false; ; {
		text, _ := os.ReadFile(f.pid)
		if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && n > 0 {
			return n, nil
		}
		if ended {
			return 0, p.refused(name, f.log)
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return 0, &sandbox.Error{Op: "wait for " + p.in.program + " to execute", Target: name, Err: ctx.Err()}
		case <-p.Done():
			ended = true // it may have written its number just before
		}
	}
}

// reasons are the kernel's answers as the runtimes put them into words.
var reasons = []struct {
	words string
	err   error
}{
	{"not found", fs.ErrNotExist}, {"no such file", fs.ErrNotExist}, {"permission denied", fs.ErrPermission},
}

// refused is why a command was not started: a runtime tells it in its log only.
func (p *process) refused(name, log string) error {
	said := ""
	if f, err := os.Open(log); err == nil {
		b, _ := io.ReadAll(io.LimitReader(f, mostLog))
		f.Close()
		said = string(b)
	}
	for _, r := range reasons {
		if strings.Contains(strings.ToLower(said), r.words) {
			return &sandbox.CommandError{Name: facts.Clean(name), Err: r.err}
		}
	}
	return &sandbox.Error{Op: "have " + p.in.program + " execute", Target: facts.Clean(name), Err: errors.New(short(said)), Remedy: "try it by hand: " + typed(p.in.line("exec", p.in.id(), "sh"))}
}

// mostLog bounds what is read of a log, in bytes.
const mostLog = 64 << 10

// find knows the process by its number from now on, whoever has that later.
func (p *process) find(ctx context.Context, number int) (err error) {
	if p.in.kernel {
		p.inside = number
		return nil
	}
	select {
	case <-p.Done(): // and somebody else may have the number
		return nil
	default:
	}
	if p.host, err = os.FindProcess(number); err != nil {
		return err
	}
	f, err := facts.Read(ctx, number)
	if err == nil && len(f.NSPIDs) > 0 {
		p.inside = f.NSPIDs[len(f.NSPIDs)-1]
	}
	return ctx.Err() // it may have ended: then it has no number inside either
}

func (p *process) PID() int {
	if p.host == nil {
		return 0
	}
	return p.host.Pid
}

func (p *process) Inside() int { return p.inside }

// Signal asks the runtime where the host has no number for the process.
func (p *process) Signal(sig syscall.Signal) error {
	select {
	case <-p.Done():
		return os.ErrProcessDone
	default:
	}
	if p.host != nil {
		return p.host.Signal(sig)
	}
	return p.in.command(context.Background(), nil, nil, "kill", "--pid", strconv.Itoa(p.inside), p.in.id(), strconv.Itoa(int(sig)))
}

// Wait waits for the runtime's exec, which ends with the status of the command,
// or with 128 and the number of the signal that killed it.
func (p *process) Wait(ctx context.Context) (sandbox.Status, error) {
	status, err := p.Process.Wait(ctx)
	const signalled = 128
	if status.Signal == 0 && status.Code > signalled {
		status.Signal = status.Code - signalled
	}
	return status, err
}
