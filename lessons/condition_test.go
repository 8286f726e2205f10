package lessons

import (
	"errors"
	"strings"
	"testing"
)

func compiled(t *testing.T, source string) *Condition {
	t.Helper()
	c, _, _, err := readCondition(source)
	if err != nil {
		t.Fatalf("compile %q: %v", source, err)
	}
	return c
}

func TestConditionEval(t *testing.T) {
	env := Env{
		Outcome: "one-way",
		Inside: Side{
			PID: 7, Hostname: "tent", NS: Namespaces{Mount: 2, User: 9, Count: 8},
			File:  func(p string) (File, error) { return File{Exists: p == "/tmp/x", Text: "42"}, nil },
			Mount: func(p string) (Mount, error) { return Mount{Type: "tmpfs"}, nil },
		},
		Host: Side{
			PID: 99, Hostname: "camp", NS: Namespaces{Mount: 1, User: 9, Count: 8},
			Process: func(string) (Process, error) { return Process{Exists: true, PID: 42}, nil },
		},
	}
	for source, want := range map[string]bool{
		`outcome == "one-way"`:                                        true,
		`outcome in ["open", "limited"]`:                              false,
		`inside.ns.mount != host.ns.mount`:                            true,
		`inside.ns.user != host.ns.user`:                              false,
		`inside.ns.count >= 7 and not false`:                          true,
		`inside.file("/tmp/x").exists`:                                true,
		`inside.file("/tmp/y").exists`:                                false,
		`inside.mount("/tmp").type == "tmpfs"`:                        true,
		`upper(inside.hostname) == "TENT"`:                            true,
		`len(inside.hostname) == 4`:                                   true,
		`inside.hostname startsWith "te"`:                             true,
		`int(inside.file("/n").text) + 1 == 43`:                       true,
		`inside.file("/n").text == string(host.process("sleep").pid)`: true,
	} {
		got, err := compiled(t, source).Eval(env)
		if err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", source, got, err, want)
		}
	}
}

// A fact that fails, is not bound, or panics is an error and no more.
func TestConditionEvalFails(t *testing.T) {
	gone := errors.New("the process is gone")
	c := compiled(t, `inside.file("/x").exists`)
	for _, f := range []struct {
		name string
		file func(string) (File, error)
		want string
	}{
		{"error", func(string) (File, error) { return File{}, gone }, "the process is gone"},
		{"not bound", nil, "this fact cannot be read here"},
		{"panic", func(string) (File, error) { panic("boom") }, "boom"},
	} {
		t.Run(f.name, func(t *testing.T) {
			yes, err := c.Eval(Env{Inside: Side{File: f.file}})
			if yes || err == nil || !strings.Contains(err.Error(), f.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, %v; want %q", yes, err, f.want)
			}
		})
	}
	if _, err := c.Eval(Env{Inside: Side{File: func(string) (File, error) { return File{}, gone }}}); !errors.Is(err, gone) {
		t.Errorf("%v does not wrap the error of the fact", err)
	}
	if _, err := compiled(t, `int(inside.hostname) == 1`).Eval(Env{Inside: Side{Hostname: "x"}}); err == nil {
		t.Error("int of a word gave no error")
	}
}

// Every fact has a word, and every word is lower case. Units are not facts.
func TestFactWords(t *testing.T) {
	for name, words := range factNames {
		for _, w := range words {
			if name == "scope" {
				continue
			}
			if w == "" || w != strings.ToLower(w) {
				t.Errorf("%s has a fact called %q", name, w)
			}
		}
	}
}

// Limits, results and volumes, as a condition asks for them.
func TestConditionAsks(t *testing.T) {
	is := func(n int) func() (int, error) { return func() (int, error) { return n, nil } }
	env := Env{
		Outcome: "limited", Reason: "it was killed at 64 MiB",
		Observed: func(id string) (Observation, error) { return Observation{Outcome: "contained", By: id}, nil },
		Number:   func(string) (Number, error) { return Number{Value: 3.5, Unit: "ms"}, nil },
		Volume: func(string) (Volume, error) {
			return Volume{File: func(p string) (File, error) { return File{Exists: p == "/x"}, nil }}, nil
		},
		Inside: Side{
			Can:      func(c string) (bool, error) { return c == "CAP_KILL", nil },
			Listens:  func(port int) (bool, error) { return port == 31337, nil },
			BootTime: is(1000),
		},
		Host: Side{BootTime: is(4600)},
		Cgroup: Cgroup{
			Path: "/tent", Frozen: func() (bool, error) { return true, nil },
			Memory: MemoryCgroup{Max: is(64 << 20), Current: is(1 << 20), OOMKill: is(2)},
			CPU:    CPUCgroup{Max: func() (float64, error) { return 0.5, nil }},
			PIDs:   PIDsCgroup{Max: is(Unlimited)},
		},
	}
	for source, want := range map[string]bool{
		`cgroup.memory.max <= 64 * MiB`:                                     true,
		`cgroup.memory.max == 1 * GiB`:                                      false,
		`cgroup.memory.oom_kill > 0 and cgroup.cpu.max == 0.5`:              true,
		`cgroup.pids.max == unlimited`:                                      true,
		`cgroup.memory.max == unlimited`:                                    false,
		`cgroup.frozen and cgroup.path startsWith "/"`:                      true,
		`string(cgroup.memory.oom_kill) == "2"`:                             true,
		`reason contains "killed" and observed("x").outcome == "contained"`: true,
		`observed("memory").by == "memory"`:                                 true,
		`number("start").value < 4 and number("start").unit == "ms"`:        true,
		`volume("data").file("/x").exists`:                                  true,
		`inside.can("CAP_KILL") and not inside.can("CAP_NET_RAW")`:          true,
		`inside.listens(31337)`:                                             true,
		`host.boot_time - inside.boot_time >= 3600`:                         true,
	} {
		got, err := compiled(t, source).Eval(env)
		if err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", source, got, err, want)
		}
	}
	// What cannot be had is no, whatever is asked of it, and says why.
	why := errors.New("nobody counts that here")
	env.Cgroup.Memory.Peak = func() (int, error) { return 0, why }
	for _, source := range []string{`cgroup.memory.peak == 0`, `cgroup.memory.peak != 0`, `not (cgroup.memory.peak > 1)`} {
		if yes, err := compiled(t, source).Eval(env); yes || !errors.Is(err, why) {
			t.Errorf("%s = %v, %v", source, yes, err)
		}
	}
	if yes, err := compiled(t, `cgroup.pids.current != 0`).Eval(env); yes || err == nil {
		t.Errorf("a fact that is not bound: %v, %v", yes, err)
	}
}

func TestJudge(t *testing.T) {
	p := Prediction{Options: []Option{
		{ID: "a", When: compiled(t, `inside.file("/x").exists`)},
		{ID: "b", When: compiled(t, `outcome == "open"`)},
		{ID: "c", When: compiled(t, `outcome != ""`)},
	}}
	for _, c := range []struct {
		env     Env
		want    string
		wantErr bool
	}{
		{Env{Outcome: "open"}, "b", false}, // the first cannot be told, the second holds
		{Env{Outcome: "limited"}, "c", false},
		{Env{}, "", true},
		{Env{Inside: Side{File: func(string) (File, error) { return File{}, nil }}}, "", false},
	} {
		got, err := p.Judge(c.env)
		if got != c.want || (err != nil) != c.wantErr {
			t.Errorf("Judge(%q) = %q, %v; want %q", c.env.Outcome, got, err, c.want)
		}
	}
}

func TestTaskCheck(t *testing.T) {
	runs := compiled(t, `inside.processes > 0`)
	gone := compiled(t, `inside.processes == 0`)
	parts := []Part{{Say: "runs", When: runs}, {Say: "gone", When: gone}}
	with := func(n int) Env { return Env{Inside: Side{Processes: n}} }
	done := func(r []PartResult) [2]bool { return [2]bool{r[0].Done, r[1].Done} }

	loose := Task{Parts: parts}
	if got := done(loose.Check(with(0))); got != [2]bool{false, true} {
		t.Errorf("loose: %v", got)
	}
	ordered := Task{Parts: parts, Ordered: true}
	state := ordered.Check(with(0))
	if done(state) != [2]bool{false, false} {
		t.Errorf("ordered: the second part was looked at before the first was done")
	}
	state = ordered.Check(with(1), state...)
	if done(state) != [2]bool{true, false} {
		t.Errorf("ordered, running: %v", done(state))
	}
	state = ordered.Check(with(0), state...)
	if !Done(state) {
		t.Errorf("ordered, ended: %v", state)
	}
}
