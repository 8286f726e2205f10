package facts

import (
	"fmt"
	"strconv"
	"strings"
)

// IDRange is one line of a uid_map or gid_map: Count ids from Inside on are,
// one by one, the ids from Outside on. See [Facts.SeenFrom] for whose ids
// Outside are.
type IDRange struct {
	Inside  uint32 `json:"inside"`
	Outside uint32 `json:"outside"`
	Count   uint32 `json:"count"`
}

// parseIDMap reads /proc/PID/uid_map or gid_map. An empty map is valid: nobody
// has written it yet, and every id inside is the overflow id.
func parseIDMap(b []byte) ([]IDRange, error) {
	ranges := []IDRange{}
	for line := range lines(b) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("id map line %q does not have three numbers", line)
		}
		var n [3]uint32
		for i, f := range fields {
			v, err := strconv.ParseUint(f, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("id map line %q: %w", line, err)
			}
			n[i] = uint32(v)
		}
		ranges = append(ranges, IDRange{Inside: n[0], Outside: n[1], Count: n[2]})
	}
	return ranges, nil
}

// outside gives the outside id for an inside one.
func outside(ranges []IDRange, id uint32) (uint32, bool) {
	for _, r := range ranges {
		if id >= r.Inside && id-r.Inside < r.Count {
			return r.Outside + (id - r.Inside), true
		}
	}
	return 0, false
}

// inside gives the inside id for an outside one.
func inside(ranges []IDRange, id uint32) (uint32, bool) {
	for _, r := range ranges {
		if id >= r.Outside && id-r.Outside < r.Count {
			return r.Inside + (id - r.Outside), true
		}
	}
	return 0, false
}
