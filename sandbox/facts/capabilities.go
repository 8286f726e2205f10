package facts

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/moby/sys/capability"
)

// Capabilities are the five sets of a thread, as names in the order of their
// numbers: "CAP_CHOWN" first. A number this build has no name for is given as
// "CAP_41". They count only over what the process's user namespace owns.
type Capabilities struct {
	Inheritable []string `json:"inheritable"`
	Permitted   []string `json:"permitted"`
	Effective   []string `json:"effective"`
	Bounding    []string `json:"bounding"`
	Ambient     []string `json:"ambient"`
	// Known is how many the kernel knows, 0 when it does not say.
	Known int `json:"known"`
}

func (c Capabilities) clone() Capabilities {
	for _, set := range []*[]string{&c.Inheritable, &c.Permitted, &c.Effective, &c.Bounding, &c.Ambient} {
		*set = slices.Clone(*set)
	}
	return c
}

// capabilityName spells each possible bit of a set once, on first use.
var capabilityName = sync.OnceValue(func() (names [64]string) {
	for i := range names {
		names[i] = "CAP_" + strconv.Itoa(i)
	}
	for _, c := range capability.ListKnown() {
		names[c] = "CAP_" + strings.ToUpper(c.String())
	}
	return names
})

// capabilityNames spells out a set as given in /proc/PID/status.
func capabilityNames(mask uint64) []string {
	table := capabilityName()
	names := make([]string, 0, bits.OnesCount64(mask))
	for ; mask != 0; mask &= mask - 1 {
		names = append(names, table[bits.TrailingZeros64(mask)])
	}
	return names
}
