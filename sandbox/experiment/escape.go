package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var escape = Info{
	ID:       "escape",
	Question: "Which of the known ways out lead out?",
	Inside:   "tries some sixty ways out, none of which changes anything but a canary",
	Host:     "keeps a canary for them to reach: a process of tentpole's own with a word in its memory, its files, its keys",
	Rule:     "open when one of them leads out, contained when none does that works without a container; on a kernel of its own only what brings the canary's word leads out",
	Control:  "tries each in a plain process first; what does not work there is n/a",
	CleansUp: "ends the canary, and removes its file",
	Layers: []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.User,
		sandbox.Capabilities, sandbox.NoNewPrivs, sandbox.Seccomp, sandbox.Masks},
	Needs:   []string{},
	Seconds: 0.2,
	run:     runEscape,
}

func runEscape(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	t.tell(Progress{Phase: "putting out a canary"})
	word := rand.Text() + rand.Text()
	word = word[:inside.WordLength]
	canary, err := t.plant(ctx, plain, word)
	if err != nil {
		return err
	}
	t.tell(Progress{Phase: "trying the ways out in a plain process"})
	outside, err := tryWays(ctx, plain, inside.Escape{Ways: wayIDs(), Canary: canary, Control: true}, word)
	if err != nil {
		return err
	}
	t.tell(Progress{Phase: "trying the ways out inside"})
	here, err := tryWays(ctx, t.Subject, inside.Escape{Ways: outside.open(), Canary: canary}, word)
	if err != nil {
		return err
	}
	own, err := t.onOwnKernel(ctx)
	if err != nil {
		return err
	}
	for _, w := range ways {
		o := t.judge(w, outside, here)
		if own && o.Outcome == Open && !w.reads {
			o.Inside, o.Outcome = "works, on a kernel of its own: nothing of the host's is reached", Contained
		}
		t.see(o)
	}
	return t.sumUp()
}

// plant starts the canary in a plain process.
func (t *Trial) plant(ctx context.Context, plain Subject, word string) (c inside.Canary, err error) {
	mark := markOf(os.Getpid()) + rand.Text()[:12]
	file, err := plain.Create(ctx, "/tmp/"+mark, word)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return c, cannot("the canary needs a file in /tmp: %v", err)
	}
	if err != nil {
		return c, err
	}
	t.atEnd(func() error { return file.Remove(context.WithoutCancel(ctx)) })
	talk, err := t.talkIn(ctx, plain, "canary", inside.Plant{Word: word, Mark: mark, Path: "/tmp/" + mark})
	if err != nil {
		return c, err
	}
	return c, talk.Hear(ctx, &c)
}

// markOf is what the canaries' names of a process begin with.
func markOf(pid int) string { return fmt.Sprintf("tentpole-escape-%d-", pid) }

func wayIDs() []string {
	ids := make([]string, len(ways))
	for i, w := range ways {
		ids[i] = w.ID
	}
	return ids
}

// attempts are what became of the ways on one subject.
type attempts map[string]inside.Tried

// tryWays tries them. A way that reads leads out only when it brings the word.
func tryWays(ctx context.Context, s Subject, ask inside.Escape, word string) (attempts, error) {
	var said inside.Tries
	if err := askIn(ctx, s, "escape", ask, &said); err != nil {
		return nil, err
	}
	tried := attempts{}
	for _, w := range ways {
		i := slices.IndexFunc(said.All, func(t inside.Tried) bool { return t.Way == w.ID })
		if i < 0 || !slices.Contains(ask.Ways, w.ID) {
			continue
		}
		one := said.All[i]
		if one.Reached && w.reads && one.Proof != word {
			one.Reached, one.Answer = false, &inside.Error{Text: "what it reached is not the canary"}
		}
		tried[w.ID] = one
	}
	return tried, nil
}

// open are the ways that lead out.
func (a attempts) open() []string {
	ids := []string{}
	for _, w := range ways {
		if a[w.ID].Reached {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// judge compares what became of a way outside and inside.
func (t *Trial) judge(w Way, outside, here attempts) Observation {
	o := Observation{ID: w.ID, What: w.Name, Inside: "not tried", Host: "works in a plain process", Outcome: NotApplicable}
	control, known := outside[w.ID]
	if !known {
		o.Host = "this architecture has no such way"
		return o
	}
	if !control.Reached {
		o.Host = "does not work in a plain process either: " + told(control.Answer)
		return o
	}
	tried, known := here[w.ID]
	switch {
	case !known:
		o.Inside = "no answer"
		return o
	case tried.Reached:
		o.Inside, o.Outcome = "leads out", Open
		return o
	}
	o.Inside, o.Outcome = "closed: "+told(tried.Answer), Contained
	switch by := w.closers(t.Result.Subject); len(by) {
	case 0: // tentpole does it at every stage
	case 1:
		o.By = by[0]
	default:
		o.Host += "; expected to be closed by any of " + sandbox.Set(by...).String()
	}
	return o
}

func told(answer *inside.Error) string {
	if answer == nil {
		return "no answer"
	}
	return answer.Text
}

// sumUp counts, and gives the answer.
func (t *Trial) sumUp() error {
	n := map[Outcome]int{}
	for _, o := range t.Observations {
		n[o.Outcome]++
	}
	tried := n[Open] + n[Contained]
	t.count("tried", "ways out that work without a container", float64(tried), "")
	t.count("open", "of these lead out", float64(n[Open]), "")
	t.count("closed", "of these are closed", float64(n[Contained]), "")
	t.count("not-applicable", "ways out that do not work here at all", float64(n[NotApplicable]), "")
	switch {
	case tried == 0:
		return cannot("none of the %d ways out works on this machine even without a container", len(ways))
	case n[Open] > 0:
		return t.conclude(Open, "%d of %d ways out that work here lead out", n[Open], tried)
	}
	return t.conclude(Contained, "all %d ways out that work here are closed", tried)
}
