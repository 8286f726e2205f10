package lessons

import (
	"runtime/debug"
	"testing"
)

// However the readers overlap, the program's own pace is there again when the
// last is done.
func TestPatience(t *testing.T) {
	const own = 73
	defer debug.SetGCPercent(debug.SetGCPercent(own))
	pace := func(want int) {
		t.Helper()
		now := debug.SetGCPercent(own)
		debug.SetGCPercent(now)
		if now != want {
			t.Errorf("the collector's pace is %d, want %d", now, want)
		}
	}
	first, second := bePatient(), bePatient()
	pace(patientPercent)
	first()
	pace(patientPercent)
	second()
	pace(own)
}
