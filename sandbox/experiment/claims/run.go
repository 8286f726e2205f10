package claims

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Options say what is tried, and on what.
type Options struct {
	// Open raises a sandbox; nil does so on this machine.
	Open func(context.Context, sandbox.Spec) (experiment.Subject, error)
	// Missing tells which layers of a spec cannot be raised; nil asks this
	// machine.
	Missing func(sandbox.Spec) ([]sandbox.Missing, error)
	// Find finds other kinds of subjects; nil is subject.Find.
	Find func(name string) (subject.Kind, error)
	// Progress, when set, is called before each run. It must not block.
	Progress func(Progress)

	run func(context.Context, string, experiment.Subject, experiment.Options) (experiment.Result, error)
}

// Progress is how far a trial is.
type Progress struct {
	Done, Total int
	Run         string
}

// Run runs the experiments of the claims, one after the other and each once,
// and comes to the verdicts.
func Run(ctx context.Context, set Set, o Options) (out Report, err error) {
	begin := time.Now()
	o.defaults()
	out = Report{Schema: Schema, Machine: features.Look(), Findings: []Finding{}, Runs: []Ran{}}
	wanted := runsOf(set.Claims)
	runs, err := o.all(ctx, wanted)
	if err != nil {
		return out, err
	}
	ran := map[string]Ran{}
	for i, w := range wanted {
		ran[w.id] = runs[i]
	}
	out.Runs = append(out.Runs, runs...)
	for _, c := range set.Claims {
		out.Findings = append(out.Findings, c.judge(ran))
	}
	out.Milliseconds = float64(time.Since(begin).Microseconds()) / 1000
	return out, nil
}

// all makes the runs; what came of them is in the order of the runs. The other
// subjects are gone afterwards.
func (o *Options) all(ctx context.Context, wanted []run) (out []Ran, err error) {
	out = make([]Ran, len(wanted))
	up := newOthers(o.Find)
	defer func() { err = errors.Join(err, up.endAll()) }()
	before := ""
	for done, i := range byKind(wanted) {
		w := wanted[i]
		if w.kind != before {
			if err := up.end(before); err != nil {
				return nil, err
			}
			before = w.kind
		}
		if o.Progress != nil {
			o.Progress(Progress{Done: done, Total: len(wanted), Run: w.id})
		}
		out[i] = o.repeat(ctx, w, up)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return out, nil
}

func (o *Options) defaults() {
	if o.Open == nil {
		o.Open = experiment.Raise
	}
	if o.Missing == nil {
		o.Missing = experiment.Lacking
	}
	if o.Find == nil {
		o.Find = subject.Find
	}
	if o.run == nil {
		o.run = experiment.Run
	}
}

// runsOf are the runs of all claims, each once and as often as the claim that
// wants it most often.
func runsOf(claims []Claim) []run {
	var out []run
	for _, c := range claims {
		for _, r := range c.runs {
			if i := slices.IndexFunc(out, func(o run) bool { return o.id == r.id }); i >= 0 {
				out[i].times = max(out[i].times, r.times)
			} else {
				out = append(out, r)
			}
		}
	}
	return out
}

// repeat runs an experiment as often as it is wanted.
func (o *Options) repeat(ctx context.Context, w run, up *others) Ran {
	out := Ran{ID: w.id, Experiment: w.experiment, Subject: w.kind, Layers: w.spec.Layers, Outcome: experiment.NotApplicable}
	info, err := experiment.Find(w.experiment)
	if err != nil {
		out.Reason, out.Error = "there is no such experiment", facts.Clean(err.Error())
		return out
	}
	if gone, err := o.lacks(info, w); gone != "" || err != nil {
		out.Reason = gone
		if err != nil {
			out.Reason, out.Error = "the sandbox cannot be planned", facts.Clean(err.Error())
		}
		return out
	}
	var results []experiment.Result
	for range w.times {
		r, err := o.once(ctx, info, w, up)
		if err != nil {
			out.Reason, out.Error = "it failed: "+facts.Clean(err.Error()), facts.Clean(err.Error())
			return out
		}
		results = append(results, r)
	}
	out.Times = len(results)
	out.merge(results)
	return out
}

// lacks names the layer that the answer depends on and that this machine
// cannot raise: without it the experiment would be about something else.
func (o *Options) lacks(info experiment.Info, w run) (string, error) {
	if w.kind != "" {
		return "", nil // it is asked when it is raised
	}
	gone, err := o.Missing(w.spec)
	if errors.Is(err, sandbox.ErrNotSupported) {
		return facts.Clean(err.Error()), nil
	}
	for _, m := range gone {
		if slices.Contains(info.Layers, m.Layer) {
			return facts.Clean(fmt.Sprintf("this machine cannot raise the layer %s for this user: %s", m.Layer, m.Because)), nil
		}
	}
	return "", err
}

// How much longer than it says an experiment may take: on a kind that takes
// seconds to start another one, more.
const (
	patience      = 30 * time.Second
	patienceThere = 3 * time.Minute
)

// once runs an experiment. Another subject than a sandbox stays for the next one,
// unless it failed there: then it may be what is broken.
func (o *Options) once(ctx context.Context, info experiment.Info, w run, up *others) (r experiment.Result, err error) {
	limit := patience
	open := func(ctx context.Context) (experiment.Subject, error) { return o.Open(ctx, w.spec) }
	if w.kind != "" {
		limit = patienceThere
		open = func(ctx context.Context) (experiment.Subject, error) { return up.get(ctx, w.kind) }
	}
	ctx, cancel := context.WithTimeout(ctx, limit+time.Duration(10*info.Seconds*float64(time.Second)))
	defer cancel()
	on, err := open(ctx)
	if errors.Is(err, sandbox.ErrNotSupported) {
		return experiment.Result{Outcome: experiment.NotApplicable, Reason: facts.Clean(err.Error())}, nil
	}
	if err != nil {
		return r, err
	}
	defer func() {
		switch {
		case w.kind == "":
			err = errors.Join(err, on.Close())
		case err != nil:
			err = errors.Join(err, up.end(w.kind))
		}
	}()
	return o.run(ctx, info.ID, on, experiment.Options{Path: "/tmp/tentpole-canary-" + rand.Text() + ".txt"})
}

// judge comes to a verdict from what was found.
func (c Claim) judge(ran map[string]Ran) Finding {
	f := Finding{ID: c.ID, Article: c.Article, Claim: c.Claim, Ask: c.Ask, Needs: c.Needs, Runs: []string{}, Numbers: []Used{}, Verdict: CannotBeTested}
	for _, r := range c.runs {
		f.Runs = append(f.Runs, r.id)
	}
	if why := c.untried(ran); why != "" {
		f.Evidence = why
		return f
	}
	e := newEvidence(c, ran)
	said, err := c.follow(e.env, &f.Verdict)
	f.Numbers = append(f.Numbers, e.used...)
	if err != nil {
		f.Verdict, f.Error = CannotBeTested, facts.Clean(err.Error())
		said = "a rule of the claim could not be followed: " + err.Error()
	}
	f.Evidence = capital(facts.Clean(strings.TrimSpace(said + c.leftOut(ran) + " " + c.lacking(f.Verdict))))
	return f
}

// untried says which of the runs that a claim depends on came to nothing.
func (c Claim) untried(ran map[string]Ran) string {
	var why []string
	for _, r := range c.runs {
		if got := ran[r.id]; got.Outcome == experiment.NotApplicable && !r.optional {
			why = append(why, got.ID+": "+got.Reason)
		}
	}
	return strings.Join(why, "; ")
}

// leftOut says which of the runs that a claim does without came to nothing, and
// why.
func (c Claim) leftOut(ran map[string]Ran) string {
	var why []string
	for _, r := range c.runs {
		if got := ran[r.id]; r.optional && got.Outcome == experiment.NotApplicable {
			why = append(why, got.ID+" ("+got.Reason+")")
		}
	}
	if len(why) == 0 {
		return ""
	}
	return " Not tried here: " + strings.Join(why, "; ") + "."
}

// follow finds the first rule that fits.
func (c Claim) follow(env map[string]any, v *Verdict) (string, error) {
	for _, r := range c.rules {
		if r.when != nil {
			yes, err := r.when.eval(env)
			if err != nil {
				return "", err
			}
			if yes != true {
				continue
			}
		}
		*v = r.verdict
		return r.say.fill(env)
	}
	if len(c.rules) == 0 {
		return "", nil
	}
	return "", errors.New("no rule fits what was found")
}

// lacking says what a claim, or the rest of it, cannot be tested without.
func (c Claim) lacking(v Verdict) string {
	if len(c.Needs) == 0 {
		return ""
	}
	what := "The rest takes "
	if v == CannotBeTested {
		what = "It takes "
	}
	return what + strings.Join(c.Needs, " and ") + ": tentpole cannot try that here."
}

// capital begins a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
