package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var ipc = Info{
	ID:       "ipc",
	Question: "Which ways to talk to other processes lead out?",
	Inside:   "attaches shared memory of the host's, connects to an abstract socket of the host's, looks at /dev/shm; makes message queues and a semaphore where they are its own",
	Host:     "has a word in shared memory and behind an abstract socket; looks for the queues that were made inside; compares /dev/shm with its own",
	Rule:     "open when any way leads out, contained when none does",
	Control:  "a plain process must read the word in both places; a way in which it cannot is n/a",
	CleansUp: "the shared memory is marked for removal when it is made; queues are made only in an ipc namespace of the sandbox's own, and removed",
	Layers:   []sandbox.Layer{sandbox.IPC, sandbox.Net, sandbox.Root},
	Needs:    []string{"a kernel with System V shared memory"},
	Seconds:  0.1,
	run:      runIPC,
}

func runIPC(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	given := inside.Offered{Word: rand.Text(), Socket: "tentpole-" + rand.Text()[:12], Queue: "tentpole-" + rand.Text()[:12],
		Key: randomKey(), Shared: hosts("ipc")}
	offer, err := t.talkIn(ctx, plain, "ipc-offer", given)
	if err != nil {
		return err
	}
	var offered inside.Offered
	if err := offer.Hear(ctx, &offered); errors.Is(err, syscall.ENOSYS) {
		return cannot("this kernel has no System V shared memory")
	} else if err != nil {
		return err
	}
	given.Segment = offered.Segment
	var control, said inside.Met
	if err := t.meet(ctx, plain, given, &control); err != nil {
		return err
	}
	if err := t.meet(ctx, t.Subject, given, &said); err != nil {
		return err
	}
	t.see(readWord("segment", "System V shared memory", given.Word, control.Segment, said.Segment))
	if err := t.seeQueues(given, said); err != nil {
		return err
	}
	t.see(readWord("abstract-socket", "an abstract socket", given.Word, control.Socket, said.Socket))
	t.see(sharedMemory(said))
	var ways []string
	for _, o := range t.Observations {
		if o.Outcome == Open {
			ways = append(ways, o.What)
		}
	}
	if len(ways) > 0 {
		return t.conclude(Open, "these lead out: %s", strings.Join(ways, ", "))
	}
	return t.conclude(t.worst(), "none of them leads out")
}

// randomKey is a key that nobody else uses; 0 is IPC_PRIVATE.
func randomKey() int {
	n, err := rand.Int(rand.Reader, big.NewInt(1<<30))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return 1 + int(n.Int64())
}

// meet asks a subject what it finds. What it has made stays until the trial's
// end, for the host to look for.
func (t *Trial) meet(ctx context.Context, s Subject, given inside.Offered, said *inside.Met) error {
	talk, err := t.talkIn(ctx, s, "ipc", given)
	if err != nil {
		return err
	}
	return talk.Hear(ctx, said)
}

// readWord compares a try inside with the same in a plain process.
func readWord(id, what, word string, control, said inside.IPCRead) Observation {
	return wordOf(Observation{ID: id, What: what, Host: "holds a word"}, word, gotten{control.Word, control.Refused}, gotten{said.Word, said.Refused})
}

// seeQueues looks on the host for what was made inside.
func (t *Trial) seeQueues(given inside.Offered, said inside.Met) error {
	if said.Shared {
		t.see(Observation{ID: "queues", What: "message queues and semaphores", Inside: "none made: they would be everybody's", Host: "the same ipc namespace", Outcome: Open})
		return nil
	}
	for i, made := range said.Made {
		if i == mostQueues {
			break
		}
		o := Observation{ID: made.Kind, What: queueWords[made.Kind], Inside: "made", Host: "has none of that name", Outcome: Contained}
		if made.Refused != nil {
			o.Inside = "not made: " + answer(made.Refused)
		}
		there, err := queueOnHost(made.Kind, given)
		if err != nil {
			return fmt.Errorf("look for the %s of the inside on the host: %w", made.Kind, err)
		}
		if there {
			o.Host, o.Outcome = "has it as well", Open
		}
		t.see(o)
	}
	return nil
}

const mostQueues = 3

var queueWords = map[string]string{"message-queue": "a System V message queue", "semaphore": "a System V semaphore", "posix-queue": "a POSIX message queue"}

// sharedMemory compares the directories in which POSIX shared memory is.
func sharedMemory(said inside.Met) Observation {
	o := Observation{ID: "dev-shm", What: "/dev/shm", Outcome: Contained}
	host, err := placeOf("/dev/shm")
	switch {
	case err != nil:
		o.Inside, o.Host, o.Outcome = "not compared", "has none", NotApplicable
	case said.NoShm != nil:
		o.Inside, o.Host = "has none", placeWords(host)
	default:
		o.Inside, o.Host = placeWords(said.Memory), placeWords(host)
		if said.Memory == host {
			o.Outcome = Open
		}
	}
	return o
}
