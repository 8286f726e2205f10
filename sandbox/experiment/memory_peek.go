package experiment

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var memoryPeek = Info{
	ID:       "memory-peek",
	Question: "Can the memory of a process outside be read from inside?",
	Inside:   "reads a random word from the memory of a process of tentpole's on the host: through /proc/PID/mem, process_vm_readv and ptrace",
	Host:     "holds the word; reads a word from the memory of the process inside",
	Rule:     "open when the word is read in any way, one-way when only the host can read the inside's, contained when neither can",
	Control:  "a plain process must read the word; ways in which it cannot are n/a",
	CleansUp: "ends the process on the host",
	Layers:   []sandbox.Layer{sandbox.PID, sandbox.Mount, sandbox.Root, sandbox.User, sandbox.Capabilities, sandbox.Landlock},
	Needs:    []string{"a kernel that lets a process of the same user be read (where Yama forbids that: root)"},
	Seconds:  0.1,
	run:      runMemoryPeek,
}

var peekWords = []struct{ id, what string }{
	{"proc-mem", "/proc/PID/mem"}, {"process-vm-readv", "process_vm_readv"}, {"ptrace", "ptrace"},
}

func runMemoryPeek(ctx context.Context, t *Trial) error {
	_, b, err := t.pair(ctx)
	if err != nil {
		return err
	}
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	peek := inside.Peek{PID: b.PID, Address: b.Address, Length: len(b.Word), Own: rand.Text()}
	control, _, err := t.peekFrom(ctx, plain, peek)
	if err != nil {
		return err
	}
	said, in, err := t.peekFrom(ctx, t.Subject, peek)
	if err != nil {
		return err
	}
	for _, way := range peekWords {
		t.see(peeked(way.id, way.what, b, control[way.id], said[way.id]))
	}
	if t.worst() == NotApplicable {
		return cannot("not even a plain process reads another's memory here: %s", answer(control["proc-mem"].Refused))
	}
	worst := t.worst()
	t.see(in)
	switch {
	case worst == Open:
		return t.conclude(Open, "the inside has read the memory of a process on the host")
	case in.Outcome == OneWay:
		return t.conclude(OneWay, "the inside cannot read the memory of the host's process; the host has read that of one inside")
	}
	return t.conclude(Contained, "neither reads the other's memory")
}

// peekFrom has a subject read the word, and then reads the reader's own.
func (t *Trial) peekFrom(ctx context.Context, s Subject, peek inside.Peek) (map[string]inside.PeekWay, Observation, error) {
	in := Observation{ID: "in", What: "the memory of a process inside", Inside: "holds a word", Outcome: Contained}
	talk, err := t.talkIn(ctx, s, "memory-peek", peek)
	if err != nil {
		return nil, in, err
	}
	var said inside.Peeked
	if err := talk.Hear(ctx, &said); err != nil {
		return nil, in, err
	}
	ways := map[string]inside.PeekWay{}
	for _, w := range said.Ways {
		ways[w.ID] = w
	}
	word, err := readMemory(ctx, talk.Process.PID(), said.Address, len(peek.Own))
	switch {
	case ownKernel(talk.Process):
		in.Host = "has no such process: it runs on a kernel of its own"
	case err != nil:
		in.Host = "cannot read it: " + err.Error()
	case word != peek.Own:
		in.Host = "reads something else"
	default:
		in.Host, in.Outcome = fmt.Sprintf("reads it through /proc/%d/mem", talk.Process.PID()), OneWay
	}
	return ways, in, talk.Hang()
}

// readMemory reads from another process's memory; proc_pid_mem(5). That process
// can make its reader wait (userfaultfd(2)), but not for long.
func readMemory(ctx context.Context, pid int, address uint64, length int) (string, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return "", err
	}
	type answer struct {
		word string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		defer f.Close()
		word := make([]byte, length)
		n, err := f.ReadAt(word, int64(address))
		answers <- answer{string(word[:max(n, 0)]), err}
	}()
	select {
	case a := <-answers:
		return a.word, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// peeked compares one way of reading with the same in a plain process.
func peeked(id, what string, b bystander, control, said inside.PeekWay) Observation {
	o := Observation{ID: id, What: what, Host: fmt.Sprintf("process %d holds the word", b.PID)}
	return wordOf(o, b.Word, gotten{control.Read, control.Refused}, gotten{said.Read, said.Refused})
}
