package lessons

import (
	"runtime/debug"
	"testing"
)

// However the readers overlap, the program's own pace is there again when the
// last is done; and one that saves memory is not held back.
func TestPatience(t *testing.T) {
	for _, c := range []struct{ own, meanwhile int }{{173, patientPercent}, {50, 50}} {
		before := debug.SetGCPercent(c.own)
		first, second := bePatient(), bePatient()
		pace(t, c.meanwhile)
		first()
		pace(t, c.meanwhile)
		second()
		pace(t, c.own)
		debug.SetGCPercent(before)
	}
}

func pace(t *testing.T, want int) {
	t.Helper()
	now := debug.SetGCPercent(100)
	debug.SetGCPercent(now)
	if now != want {
		t.Errorf("the collector's pace is %d, want %d", now, want)
	}
}
