package experiment

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String is the number for people: its value and unit, and the bounds where it
// was measured several times.
func (n Number) String() string {
	if n.Runs < 2 || n.Least == n.Most {
		return Amount(n.Value, n.Unit)
	}
	least, most := Amount(n.Least, n.Unit), Amount(n.Most, n.Unit)
	if _, unit, _ := strings.Cut(most, " "); n.Least == 0 || strings.HasSuffix(least, " "+unit) {
		least, _, _ = strings.Cut(least, " ")
	}
	return fmt.Sprintf("%s (%s to %s)", Amount(n.Value, n.Unit), least, most)
}

// scales are units that have larger ones, each so many of the one before.
var scales = []struct {
	step  float64
	units []string
}{
	{1000, []string{"ns", "µs", "ms", "s"}},
	{1024, []string{"B", "KiB", "MiB", "GiB", "TiB"}},
}

// Amount is a value with its unit, in the unit that fits.
func Amount(value float64, unit string) string {
	unit = strings.Replace(unit, "bytes", "B", 1)
	unit, per, rate := strings.Cut(unit, "/")
	value, unit = scale(value, unit)
	if unit == "CPU" && value != 1 {
		unit = "CPUs"
	}
	if rate {
		unit += "/" + per
	}
	return strings.TrimSpace(Figure(value) + " " + unit)
}

func scale(value float64, unit string) (float64, string) {
	for _, s := range scales {
		for i, u := range s.units[:len(s.units)-1] {
			if u == unit && math.Abs(value) >= s.step {
				value, unit = value/s.step, s.units[i+1]
			}
		}
		for i := len(s.units) - 1; i > 0; i-- {
			if s.units[i] == unit && value != 0 && math.Abs(value) < 1 {
				value, unit = value*s.step, s.units[i-1]
			}
		}
	}
	return value, unit
}

// Figure is a value with the two or three digits that count; whole numbers are
// whole.
func Figure(v float64) string {
	switch a := math.Abs(v); {
	case v == math.Trunc(v), a >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
