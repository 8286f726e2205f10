//go:build linux

package shell

import (
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/signals"
)

// traps are the commands that signals are answered with. The interpreter knows
// EXIT and ERR; signals are here. A trap runs before the next command.
type traps struct {
	mu       sync.Mutex
	commands map[os.Signal]string
	pending  []os.Signal
	arrived  chan os.Signal
	woken    chan struct{} // has a token while something is pending
}

// builtin is `trap COMMAND SIGNAL...`; what the interpreter knows is left to it.
func (t *traps) builtin(args []string) []string {
	words := args[1:]
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return args
	}
	action, names := words[0], words[1:]
	if len(names) == 0 {
		action, names = "-", words
	}
	left := []string{}
	for _, name := range names {
		sig, ok := signals.Named(name)
		switch {
		case name == "0":
			left = append(left, "EXIT")
		case !ok:
			left = append(left, name)
		default:
			t.set(sig, action)
		}
	}
	if len(left) == 0 {
		return []string{"true"}
	}
	return append([]string{"trap", "--", action}, left...)
}

// set sets what a signal does: "" ignores it, here and in the commands that are
// started; - gives it back its meaning.
func (t *traps) set(sig os.Signal, action string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.commands == nil {
		t.commands = map[os.Signal]string{}
		t.arrived = make(chan os.Signal, 16)
		t.woken = make(chan struct{}, 1)
		go t.collect()
	}
	delete(t.commands, sig)
	switch action {
	case "":
		signal.Ignore(sig)
	case "-":
		signal.Reset(sig)
	default:
		t.commands[sig] = action
		signal.Notify(t.arrived, sig)
	}
}

func (t *traps) collect() {
	for sig := range t.arrived {
		t.mu.Lock()
		t.pending = append(t.pending, sig)
		t.mu.Unlock()
		select {
		case t.woken <- struct{}{}:
		default:
		}
	}
}

// take returns the commands of the signals that have come, and forgets those.
func (t *traps) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pending) == 0 {
		return ""
	}
	select {
	case <-t.woken:
	default:
	}
	var lines []string
	for _, sig := range t.pending {
		if command, ok := t.commands[sig]; ok {
			lines = append(lines, command)
		}
	}
	t.pending = nil
	return strings.Join(lines, "\n")
}
