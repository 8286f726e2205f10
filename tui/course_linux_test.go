package tui

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// vim finds one; Debian's smallest has a name of its own.
func vim(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"vim", "vim.tiny"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	skip(t, "vim is not installed: apt-get install vim-tiny")
	return ""
}

// writes opens vim in the shell that has the keys, writes a line into a new
// file, and leaves it again.
func writes(t *testing.T, d *tuitest.Driver, program, prompt string) {
	t.Helper()
	file := t.TempDir() + "/note"
	line(d, program+" -u NONE -N "+file, "[New]")
	d.Type("iwritten in vim")
	d.Until("written in vim")
	d.Press("esc")
	d.Type(":wq")
	d.Press("enter")
	d.Until(prompt)
	if text, err := os.ReadFile(file); err != nil || string(text) != "written in vim\n" {
		t.Errorf("vim has written %q, %v", text, err)
	}
}

// player plays a lesson of the course at the keys.
type player struct {
	t   *testing.T
	d   *tuitest.Driver
	m   *Model
	vim string
	did map[string]bool // steps with something to type of which that was typed
	// hands are what a learner types at a step, by its id: all of a task, and what
	// others invite to. Their keys are in no shell before and after.
	hands map[string]func(*player)
}

// found waits until the screen has the pattern, and returns its group.
func (p *player) found(pattern string) (word string) {
	p.t.Helper()
	p.d.UntilScreen("has "+pattern, func(screen string) bool {
		if hit := regexp.MustCompile(pattern).FindStringSubmatch(screen); hit != nil {
			word = hit[1]
		}
		return word != ""
	})
	return word
}

// inside and host go into a shell.
func (p *player) inside() { p.d.Press("f3"); p.d.Wait(); p.d.Until("tent#") }
func (p *player) host()   { p.d.Press("f4"); p.d.Wait(); p.d.Until("host$") }

func (p *player) allDone() {
	p.t.Helper()
	p.d.UntilScreen("says that all is done", func(s string) bool { return strings.Contains(strings.ToLower(s), "all parts are done") })
}

// played are three lessons of different kinds: one process that is seen from
// both sides; a task in both shells beside predictions; a puzzle and a task by
// hand with what follows in both shells.
var played = map[string]map[string]func(*player){
	"a-process": {
		"end-it": func(p *player) {
			writes(p.t, p.d, p.vim, "tent#")
			p.d.Type("sleep 1000 & echo its n''umber: $!.")
			p.d.Press("enter")
			pid := p.found(`its number: (\d+)\.`)
			p.d.UntilScreen("says that it runs", func(string) bool { return p.m.lesson.session.Walk.State().Parts[0].Done })
			p.host()
			line(p.d, "kill "+pid+" && echo en''ded", "ended")
			p.allDone()
		},
	},
	"mounts": {
		"private-tmp": func(p *player) {
			writes(p.t, p.d, p.vim, "tent#")
			line(p.d, "mount -t tmpfs tmpfs /tmp; echo moun''ted", "mounted")
			p.d.Type("touch /tmp/mydummytestfile.txt")
			p.d.Press("enter")
			p.host()
			line(p.d, "ls /tmp/mydummytestfile.txt 2>/dev/null || echo no''thing", "nothing")
			p.allDone()
		},
		"window": func(p *player) {
			p.inside()
			line(p.d, "echo tent-i''s-$$.", "tent-is-")
			pid := p.found(`tent-is-(\d+)\.`)
			p.host()
			line(p.d, "ls /proc/"+pid+"/root/tmp | tr a-z A-Z", "MYDUMMYTESTFILE.TXT")
		},
	},
	"assemble": {
		"by-hand": func(p *player) {
			writes(p.t, p.d, p.vim, "tent#")
			p.d.Type("unshare --user --map-root-user --mount --uts --ipc --net --pid --time --fork sleep 8282 &")
			p.d.Press("enter")
			p.allDone()
		},
		"walk-in": func(p *player) {
			p.host()
			p.d.Type("ps -e -o pid,args | sed -n 's/^ *\\([0-9]*\\) sleep 8282$/its n''umber: \\1./p'")
			p.d.Press("enter")
			pid := p.found(`its number: (\d+)\.`)
			line(p.d, "nsenter --preserve-credentials --target "+pid+" --user --uts sh -c 'hostname tent; hostname | tr t T'", "TenT")
			p.inside()
			line(p.d, "kill -9 "+pid+"; wait; echo gone-$((6*7))", "gone-42")
		},
	},
}

// step does what the step at hand waits for.
func (p *player) step() {
	p.t.Helper()
	w := p.m.lesson.session.Walk
	step := w.Step()
	switch w.Phase() {
	case lessons.Predicting:
		p.d.Press("1", "enter")
	case lessons.Asking:
		right := slices.IndexFunc(step.Quiz.Answers, func(a lessons.Answer) bool { return a.Right })
		p.d.Press(fmt.Sprint(right+1), "enter")
	case lessons.Arranging:
		p.arrange(step.Order)
	case lessons.Doing:
		p.d.Press("enter")
		p.d.Wait()
		if w.Phase() == lessons.Doing && !w.State().Ran {
			p.d.Until("tent#")
		}
		p.byHand(step)
	case lessons.Comparing, lessons.Finished:
		p.byHand(step)
		p.d.Press("n")
	default:
		p.d.Press("enter")
	}
	p.d.Wait()
}

// byHand types what there is to type at a step, once, when it could be run here.
func (p *player) byHand(step *lessons.Step) {
	p.t.Helper()
	hand := p.hands[step.ID]
	if hand == nil || p.did[step.ID] || p.m.lesson.session.Walk.State().Why != "" {
		return
	}
	p.did[step.ID] = true
	hand(p)
	p.d.Press("f2")
	p.d.Wait()
}

// arrange moves the lines to where they belong, the first first.
func (p *player) arrange(o *lessons.Order) {
	for i, line := range o.Lines {
		for at := slices.Index(p.m.arrangement(), line.ID); at > i; at-- {
			for p.m.lesson.cursor != at {
				p.d.Press(map[bool]string{true: "down", false: "up"}[p.m.lesson.cursor < at])
			}
			p.d.Press("[")
		}
	}
	p.d.Press("enter")
}

// TestPlayedLessons plays lessons of the course from their first step to their
// last on this machine, in both shells, with vim opened and closed inside.
func TestPlayedLessons(t *testing.T) {
	course, err := lessons.LoadAll(content.FS, play.Known())
	if err != nil {
		t.Fatal(err)
	}
	program := vim(t)
	for id, hands := range played {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %dx%d", id, size.width, size.height), func(t *testing.T) {
				o := realOptions(t)
				o.Course, o.Start, o.Variant = course, id, play.VariantHere()
				d, m := begin(t, o, size.width, size.height)
				p := &player{t, d, m, program, map[string]bool{}, hands}
				l := m.lesson
				for steps := 0; m.screen == onLesson; steps++ {
					fits(t, d, size.width, size.height)
					p.step()
					if steps > 20*len(l.session.Walk.Lesson().Steps) {
						t.Fatalf("the lesson does not go on:\n%s", d.Screen())
					}
				}
				for i := range l.session.Walk.Lesson().Steps {
					if s := l.session.Walk.StateOf(i); !s.Done && s.Why == "" {
						t.Errorf("the step %s is not done", l.session.Walk.Lesson().Steps[i].ID)
					}
				}
			})
		}
	}
}

// TestSandboxSession sets a sandbox up, works in it and beside it on the host,
// and ends it, at all sizes.
func TestSandboxSession(t *testing.T) {
	program := vim(t)
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			o := realOptions(t)
			o.StartSandbox, o.Setups = true, &preset.Store{Dir: t.TempDir()}
			if _, err := o.Engine.Plan(sandbox.Spec{Layers: sandbox.Set(sandbox.UTS)}); err != nil {
				skip(t, err)
			}
			d, m := begin(t, o, size.width, size.height)
			at(t, d, m, "mount")
			d.Press("space")
			at(t, d, m, "uts")
			d.Press("space")
			at(t, d, m, "hostname")
			value(d, "space", "playground")
			d.Press("enter")
			d.Wait()
			d.Until("tent#")
			fits(t, d, size.width, size.height)
			writes(t, d, program, "tent#")
			line(d, "hostname | tr a-z A-Z", "PLAYGROUND")
			d.Press("f4")
			d.Wait()
			d.Until("host$")
			line(d, `[ "$(hostname)" = playground ] || echo an''other`, "another")
			fits(t, d, size.width, size.height)
			done := m.free.box().live.Done()
			d.Press("f2", "K", "y")
			d.Wait()
			want(t, d, "everything in it has ended")
			select {
			case <-done:
			default:
				t.Error("the sandbox still runs")
			}
		})
	}
}
