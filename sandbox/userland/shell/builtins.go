//go:build linux

package shell

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/interp"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/signals"
)

// builtin is a command of the shell itself; it returns the exit status.
type builtin func(s *session, ctx context.Context, hc interp.HandlerContext, args []string) int

// builtins are those that the interpreter does not have, or has only in part.
var builtins = map[string]builtin{
	"bg": bg, "cd": cannotCd, "disown": disown, "echo": echo, "fg": fg, "help": help, "history": showHistory,
	"jobs": showJobs, "kill": kill, "printf": printf, "ulimit": ulimit, "umask": umask, "wait": wait,
}

// cannotCd says why a directory cannot be entered; the interpreter enters it.
func cannotCd(_ *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	fmt.Fprintf(hc.Stderr, "sh: cd: %s\n", args[0])
	return 2
}

// help is the program; the interpreter's own speaks of bash.
func help(s *session, ctx context.Context, hc interp.HandlerContext, args []string) int {
	return s.program(ctx, hc, append([]string{"help"}, args...))
}

func showHistory(s *session, _ context.Context, hc interp.HandlerContext, _ []string) int {
	s.history.print(hc.Stdout)
	return 0
}

func showJobs(s *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	s.jobs.print(hc.Stdout, len(args) > 0 && (args[0] == "-l" || args[0] == "-p"))
	return 0
}

// chosen is the job that the first argument names, or the last one.
func (s *session) chosen(hc interp.HandlerContext, name string, args []string) *job {
	word := "%+"
	if len(args) > 0 {
		word = args[0]
		if !strings.HasPrefix(word, "%") {
			word = "%" + word
		}
	}
	j, err := s.jobs.named(word)
	if err == nil && s.jobs.isOver(j) {
		err = fmt.Errorf("%s: job has ended", word)
	}
	if err != nil {
		fmt.Fprintf(hc.Stderr, "sh: %s: %v\n", name, err)
		return nil
	}
	return j
}

func (t *jobs) isOver(j *job) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return j.over()
}

// fg brings a job to the foreground and waits for it.
func fg(s *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	if !s.jobs.terminal.controls() {
		fmt.Fprintln(hc.Stderr, "sh: fg: no job control")
		return 1
	}
	j := s.chosen(hc, "fg", args)
	if j == nil {
		return 1
	}
	t := s.jobs
	t.terminal.give(j.group)
	t.resume(j)
	fmt.Fprintln(hc.Stdout, j.text)
	t.mu.Lock()
	for !j.over() && !j.stopped() {
		t.changed.Wait()
	}
	stopped, status := !j.over(), j.result()
	if !stopped {
		t.remove(j)
	}
	t.mu.Unlock()
	t.terminal.take(true)
	if stopped {
		fmt.Fprintf(hc.Stderr, "\n[%d]+  Stopped                %s\n", j.number, j.text)
		return 128 + int(unix.SIGTSTP)
	}
	if status == 128+int(unix.SIGINT) {
		fmt.Fprintln(hc.Stderr)
	}
	return status
}

// resume lets a stopped job go on.
func (t *jobs) resume(j *job) {
	t.mu.Lock()
	for _, m := range j.members {
		m.stopped = false
	}
	t.mu.Unlock()
	t.signal(j, unix.SIGCONT)
}

// bg lets a stopped job go on in the background.
func bg(s *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	j := s.chosen(hc, "bg", args)
	if j == nil {
		return 1
	}
	fmt.Fprintf(hc.Stdout, "[%d] %s\n", j.number, j.text)
	s.jobs.resume(j)
	return 0
}

// disown forgets a job.
func disown(s *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	j := s.chosen(hc, "disown", args)
	if j == nil {
		return 1
	}
	s.jobs.mu.Lock()
	s.jobs.remove(j)
	s.jobs.mu.Unlock()
	return 0
}

// kill sends signals, to jobs as well. It is no program of its own here: where
// no process can be started any more, some must be ended.
func kill(s *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	return signals.Kill{Out: hc.Stdout, Err: hc.Stderr, Job: func(name string) (int, error) {
		j, err := s.jobs.named(name)
		if err != nil {
			return 0, err
		}
		return s.jobs.target(j, name)
	}}.Run(args)
}

// target is what kill(2) takes for a job: its group, where it has one. A job that
// is over, or never had a process, is none: to kill(2), 0 is everybody here.
func (t *jobs) target(j *job, name string) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case j.over() || j.pid == 0:
		return 0, fmt.Errorf("%s: no such process", name)
	case j.group != 0:
		return -j.group, nil
	}
	return j.pid, nil
}

// wait waits for jobs: all of them, or those with the given processes. A trap
// or Ctrl-C ends it early.
func wait(s *session, ctx context.Context, hc interp.HandlerContext, args []string) int {
	if len(args) == 0 {
		s.jobs.mu.Lock()
		all := append([]*job(nil), s.jobs.list...)
		s.jobs.mu.Unlock()
		for _, j := range all {
			if !j.statement {
				continue // a stopped one would be waited for in vain
			}
			if _, ok := s.await(ctx, j); !ok {
				return 128 + int(unix.SIGINT)
			}
		}
		return 0
	}
	status := 0
	for _, a := range args {
		j, err := s.jobs.named(a)
		if err != nil {
			fmt.Fprintf(hc.Stderr, "sh: wait: %s is not a child of this shell\n", a)
			status = 127
			continue
		}
		var ok bool
		if status, ok = s.await(ctx, j); !ok {
			return 128 + int(unix.SIGINT)
		}
	}
	return status
}

// await waits until a job is over, and forgets it.
func (s *session) await(ctx context.Context, j *job) (status int, ok bool) {
	t := s.jobs
	broken := false
	interrupt := func() {
		t.mu.Lock()
		broken = true
		t.changed.Broadcast()
		t.mu.Unlock()
	}
	defer context.AfterFunc(ctx, interrupt)()
	done := make(chan struct{})
	defer close(done)
	if woken := s.traps.wake(); woken != nil {
		go func() {
			select {
			case <-woken:
				interrupt()
			case <-done:
			}
		}()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for !j.over() && !broken {
		t.changed.Wait()
	}
	if !j.over() {
		return 0, false
	}
	t.remove(j)
	return j.result(), true
}

// wake is a channel that has something when a trap is due; nil without traps.
func (t *traps) wake() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.woken
}

// umask prints or sets the mask of the shell's process, subshells included.
func umask(_ *session, _ context.Context, hc interp.HandlerContext, args []string) int {
	if len(args) == 0 {
		mask := unix.Umask(0)
		unix.Umask(mask)
		fmt.Fprintf(hc.Stdout, "%04o\n", mask)
		return 0
	}
	mask, err := strconv.ParseUint(args[0], 8, 9)
	if err != nil {
		fmt.Fprintf(hc.Stderr, "sh: umask: %s: an octal number up to 777 is wanted\n", args[0])
		return 1
	}
	unix.Umask(int(mask))
	return 0
}
