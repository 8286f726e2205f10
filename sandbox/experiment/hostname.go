package experiment

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var hostname = Info{
	ID:       "hostname",
	Question: "Does a name given inside become the machine's?",
	Inside:   "gives its machine a new name where the name is its own; elsewhere asks only whether it might, with a name too long to be taken",
	Host:     "reads its own name before and after",
	Rule:     "open when inside and host have one name between them, contained when the host's stays as it was",
	Layers:   []sandbox.Layer{sandbox.UTS, sandbox.User},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runHostname,
}

func runHostname(ctx context.Context, t *Trial) error {
	before, err := os.Hostname()
	if err != nil {
		return err
	}
	wanted := "tent-" + rand.Text()[:8]
	var said inside.Hostname
	talk, err := t.talk(ctx, "hostname", inside.Rename{Name: wanted, Shared: hosts("uts")})
	if err != nil {
		return err
	}
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	now, err := os.Hostname()
	if err != nil {
		return err
	}
	if said.Shared {
		t.see(Observation{ID: "name", What: "the machine's name", Inside: said.Now, Host: now, Outcome: Open})
		t.see(Observation{ID: "might", What: "may it be changed from inside?", Inside: answer(said.Refused), Host: "not tried: it would be everybody's", Outcome: Open})
		return t.conclude(Open, "one name for both: whoever may change it inside changes the machine's")
	}
	if said.Now != wanted && said.Refused == nil {
		return fmt.Errorf("the name inside is %q after it was changed to %q", said.Now, wanted)
	}
	o := Contained
	if now != before {
		o = Open
	}
	t.see(Observation{ID: "name", What: "the machine's name after the change", Inside: said.Now, Host: now, Outcome: o})
	if said.Refused != nil {
		t.see(Observation{ID: "might", What: "may it be changed from inside?", Inside: answer(said.Refused), Outcome: Contained})
		return t.conclude(o, "the name is its own, and it may not change even that (%s)", said.Refused.Name)
	}
	return t.conclude(o, "inside it is called %s now; the host is still called %s", said.Now, now)
}

// answer puts the kernel's answer into words.
func answer(refused *inside.Error) string {
	switch {
	case refused == nil:
		return "yes"
	case refused.Name != "":
		return "no, " + refused.Name
	}
	return "no, " + refused.Text
}
