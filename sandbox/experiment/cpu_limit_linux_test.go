package experiment

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

func TestCPULimit(t *testing.T) {
	turnsWith(t, "cpu-limit", sandbox.CPU, Open, Limited, func(t *testing.T, r Result) {
		if n := number(t, r, "throttled").Value; n == 0 {
			t.Error("limited, and never held back")
		}
	})
}
