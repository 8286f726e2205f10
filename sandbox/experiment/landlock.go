package experiment

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var landlock = Info{
	ID:       "landlock",
	Question: "Do rules of its own keep even root inside from writing files?",
	Inside:   "counts the Landlock domains it is in, and makes files without a name where rules usually let nobody write; under narrower rules it reads a file outside of them and binds a port",
	Host:     "has the same done in a sandbox that differs by nothing but the rules, and in a plain process",
	Rule:     "open when it is in no more domains than a plain process; contained when a file can be made without the rules and not with them",
	Control:  "the same sandbox without the rules: what is refused there as well was not refused by them",
	CleansUp: "nothing: its files have no name and are gone when they are closed",
	Layers:   []sandbox.Layer{sandbox.Landlock},
	Needs:    []string{"Landlock in the kernel"},
	Seconds:  0.3,
	run:      runLandlock,
}

// ruledFile is read under the narrower rules, which leave its directory out.
const ruledFile = "/etc/passwd"

// systemDirs are directories that DefaultAccess lets nobody write to.
var systemDirs = []string{"/", "/etc", "/usr"}

// narrower leave out /etc, and every port.
var narrower = sandbox.Access{Read: []string{"/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc", "/dev", "/sys"}, Write: []string{"/tmp", "/dev"}, Ports: true}

func runLandlock(ctx context.Context, t *Trial) error {
	given := inside.Landlock{Write: systemDirs, Read: ruledFile}
	var within, outside inside.Ruled
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	if err := askIn(ctx, plain, "landlock", given, &outside); err != nil {
		return err
	}
	if outside.Version == 0 {
		return cannot("this kernel has no Landlock, or it is switched off")
	}
	if err := t.ask(ctx, "landlock", given, &within); err != nil {
		return err
	}
	t.count("version", "version of the kernel's interface", float64(outside.Version), "")
	o := domainsOutcome(within, outside)
	t.see(Observation{ID: "domains", What: "Landlock domains it is in", Inside: domainsText(within), Host: domainsText(outside), Outcome: o, By: layerIf(o, sandbox.Landlock)})
	if o == NotApplicable {
		return cannot("the domains cannot be counted: %s", domainsText(within))
	}
	t.count("domains", "domains inside", float64(within.Domains), "")
	if o == Open {
		t.compareWrites(within, within)
		return t.conclude(Open, "it is in %s, as a plain process is: no rules beside the owner's and the mode's", domainsText(within))
	}
	return t.underRules(ctx, given, within)
}

func domainsOutcome(within, outside inside.Ruled) Outcome {
	switch {
	case within.Uncount != nil || outside.Uncount != nil:
		return NotApplicable
	case within.Domains > outside.Domains:
		return Contained
	}
	return Open
}

func domainsText(r inside.Ruled) string {
	if r.Uncount != nil {
		return "not counted, " + r.Uncount.Text
	}
	return facts.Count(r.Domains, "domain")
}

// underRules compares with a sandbox that has no rules, and one with narrower
// ones.
func (t *Trial) underRules(ctx context.Context, given inside.Landlock, within inside.Ruled) error {
	var bare, narrow inside.Ruled
	without, err := t.without(ctx, sandbox.Landlock)
	if err != nil {
		return err
	}
	if err := askIn(ctx, without, "landlock", given, &bare); err != nil {
		return err
	}
	tight, err := t.another(ctx, func(spec *sandbox.Spec) { spec.Access = narrower })
	if err != nil {
		return err
	}
	if err := askIn(ctx, tight, "landlock", given, &narrow); err != nil {
		return err
	}
	made, refused := t.compareWrites(within, bare)
	t.seeRule("read", "may "+ruledFile+" be read, where the rules leave it out?", narrow.Read, bare.Read)
	if narrow.Version >= portsVersion {
		t.seeRule("bind", "may a TCP port be bound, where the rules name none?", narrow.Bind, bare.Bind)
	}
	if made > 0 {
		return t.conclude(Open, "it is in %s, and yet it made files in %d of %d directories of the system", domainsText(within), made, len(systemDirs))
	}
	if refused == 0 {
		return t.conclude(Contained, "it is in %s; in no directory of the system may it make files without them either", domainsText(within))
	}
	return t.conclude(Contained, "it is in %s: no file in %d directories of the system, where the same process makes one without the rules", domainsText(within), refused)
}

// portsVersion is the first version that knows TCP ports: Linux 6.7.
const portsVersion = 4

// compareWrites counts the directories in which a file could be made, and those
// where only the rules were in the way.
func (t *Trial) compareWrites(within, bare inside.Ruled) (made, refused int) {
	for i, dir := range systemDirs {
		if i >= len(within.Write) || i >= len(bare.Write) {
			break
		}
		o := t.seeRule("write-"+pathID(dir), "may a file be made in "+dir+"?", within.Write[i], bare.Write[i])
		switch {
		case within.Write[i] == nil:
			made++
		case o == Contained:
			refused++
		}
	}
	return made, refused
}

func (t *Trial) seeRule(id, what string, with, without *inside.Error) Outcome {
	o := Contained
	switch {
	case with == nil:
		o = Open
	case without != nil:
		o = NotApplicable
	}
	t.see(Observation{ID: id, What: what, Inside: answer(with), Host: answer(without) + ", without the rules", Outcome: o, By: layerIf(o, sandbox.Landlock)})
	return o
}
