package tuitest

import (
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TooSlow is how much processor time one Update may take before the test fails.
// It is far above what one should take, which is 2 ms: tests run beside others,
// and with the race detector. It is time of the thread, not of the clock, so
// that a busy machine makes no difference.
const TooSlow = 50 * time.Millisecond

// update has the model take a message in, and fails when that takes too long.
func (d *Driver) update(msg tea.Msg) tea.Cmd {
	d.t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	var cmd tea.Cmd
	d.model, cmd = d.model.Update(msg)
	took := threadTime() - before
	d.longest = max(d.longest, took)
	if took > TooSlow {
		d.t.Errorf("Update of %T took %s of processor time, more than %s: Update waits for nothing, and works out little", msg, took, TooSlow)
	}
	return cmd
}

// Longest is the most processor time that an Update took.
func (d *Driver) Longest() time.Duration { return d.longest }
