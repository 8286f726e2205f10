package experiment

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var capabilities = Info{
	ID:       "capabilities",
	Question: "How much of root's power has root inside?",
	Inside:   "uses about twenty capabilities, each in a way that does no harm: on something of its own, or with arguments of no use that are looked at after the permission",
	Host:     "reads the five sets of the process inside and of its own first process",
	Rule:     "open when it holds what a plain process of the same user holds, over the machine; limited when it holds fewer, or over its own user namespace or kernel only; contained when it holds none",
	Control:  "the same in a plain process of the same user: what is refused there proves nothing",
	Layers:   []sandbox.Layer{sandbox.User, sandbox.Net, sandbox.UTS, sandbox.PID, sandbox.Capabilities, sandbox.Seccomp},
	Needs:    []string{},
	Seconds:  0.1,
	run:      runCapabilities,
}

// capabilitySets are the five of a thread; capabilities(7).
var capabilitySets = []struct {
	id     string
	rights bool // it says what may be done now, and over what depends on the user namespace
	of     func(facts.Capabilities) []string
}{
	{"effective", true, func(c facts.Capabilities) []string { return c.Effective }},
	{"permitted", true, func(c facts.Capabilities) []string { return c.Permitted }},
	{"inheritable", false, func(c facts.Capabilities) []string { return c.Inheritable }},
	{"bounding", false, func(c facts.Capabilities) []string { return c.Bounding }},
	{"ambient", true, func(c facts.Capabilities) []string { return c.Ambient }},
}

// holding is what one side holds, and what it might do with it.
type holding struct {
	tries     []inside.Try
	facts     facts.Facts
	elsewhere bool // over a kernel of its own
}

func runCapabilities(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	outside, err := holdingOf(ctx, plain)
	if err != nil {
		return err
	}
	within, err := holdingOf(ctx, t.Subject)
	if err != nil {
		return err
	}
	root, err := facts.Read(ctx, 1)
	if err != nil { // hidden from this user; proc(5), hidepid
		root = outside.facts
	}
	own := within.elsewhere || within.facts.Namespaces["user"] != outside.facts.Namespaces["user"]
	t.compareSets(within.facts.Capabilities, outside.facts.Capabilities, root.Capabilities, own)
	allowed := t.compareTries(within.tries, outside.tries, own)
	held, could := len(within.facts.Capabilities.Effective), len(outside.facts.Capabilities.Effective)
	said := fmt.Sprintf("it holds %d of the %d capabilities of the host's first process, and %d of %d uses were allowed",
		held, len(root.Capabilities.Effective), allowed, len(within.tries))
	switch {
	case held == 0 && could == 0 && !own:
		return cannot("this user holds no capability, inside or outside; see the sets")
	case held == 0:
		return t.conclude(Contained, "%s", said)
	case within.elsewhere:
		return t.conclude(Limited, "%s; they count only over a kernel of its own", said)
	case own:
		return t.conclude(Limited, "%s; they count only over what belongs to its own user namespace", said)
	case held < could:
		return t.conclude(Limited, "%s", said)
	}
	return t.conclude(Open, "%s", said)
}

// holdingOf has a side use its capabilities, and reads what it holds.
func holdingOf(ctx context.Context, s Subject) (h holding, err error) {
	talk, err := Begin(ctx, s, "capabilities", nil)
	if err != nil {
		return h, err
	}
	defer talk.Close()
	if err := talk.Hear(ctx, &h.tries); err != nil {
		return h, err
	}
	h.elsewhere = ownKernel(talk.Process)
	h.facts, err = s.Facts(ctx, talk.Process)
	return h, err
}

// compareSets counts the five. Those that say what may be done now are limited
// as well by a user namespace, over which alone they count.
func (t *Trial) compareSets(within, outside, root facts.Capabilities, own bool) {
	for _, set := range capabilitySets {
		in, out := set.of(within), set.of(outside)
		o := Open
		switch {
		case len(out) == 0 && len(in) == 0:
			o = NotApplicable
		case len(in) < len(out) || own && set.rights:
			o = Limited
		}
		t.see(Observation{ID: set.id, What: "the " + set.id + " set", Inside: setText(in), Host: setText(set.of(root)), Outcome: o, By: layerIf(o, t.cutBy())})
		t.count(set.id, "capabilities in the "+set.id+" set", float64(len(in)), "")
	}
	t.count("root", "capabilities that the host's first process may use", float64(len(root.Effective)), "")
}

// cutBy is the layer that left it what it has; none where that is a kernel of its
// own.
func (t *Trial) cutBy() sandbox.Layer {
	for _, l := range []sandbox.Layer{sandbox.Capabilities, sandbox.User} {
		if t.has(l) {
			return l
		}
	}
	return ""
}

// layerIf names the layer where something stands between.
func layerIf(o Outcome, l sandbox.Layer) sandbox.Layer {
	if o == Contained || o == Limited {
		return l
	}
	return ""
}

// setText counts a set, and spells it out while it is short.
func setText(set []string) string {
	if len(set) == 0 || len(set) > 16 {
		return fmt.Sprint(len(set))
	}
	return fmt.Sprintf("%d: %s", len(set), strings.ToLower(strings.ReplaceAll(strings.Join(set, " "), "CAP_", "")))
}

// compareTries notes each use and returns how many were allowed.
func (t *Trial) compareTries(within, outside []inside.Try, own bool) (allowed int) {
	refused := 0
	for i, in := range within {
		if i >= len(outside) || outside[i].ID != in.ID {
			break
		}
		out := outside[i]
		o := NotApplicable
		switch {
		case in.Refused != nil && out.Allowed():
			o = Contained
		case in.Allowed() && own:
			o = Limited
		case in.Allowed():
			o = Open
		}
		if in.Allowed() {
			allowed++
		}
		if in.Refused != nil {
			refused++
		}
		t.see(Observation{ID: "use-" + in.ID, What: in.What + " (" + strings.ToLower(in.Capability) + ")", Inside: tryText(in), Host: tryText(out), Outcome: o})
	}
	t.count("allowed", "uses that were allowed", float64(allowed), "")
	t.count("refused", "uses that were refused", float64(refused), "")
	return allowed
}

func tryText(t inside.Try) string {
	switch {
	case t.Untold != nil:
		return "untold, " + cmp.Or(t.Untold.Name, t.Untold.Text)
	case t.Refused != nil:
		return "refused, " + cmp.Or(t.Refused.Name, t.Refused.Text)
	}
	return "allowed"
}
