package cgroup

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseBytes(t *testing.T) {
	for word, want := range map[string]int64{
		"1": 1, "64M": 64 << 20, "64m": 64 << 20, "64MB": 64 << 20, "64MiB": 64 << 20, "64mib": 64 << 20, "67108864": 64 << 20,
		"512B": 512, "1.5G": 3 << 29, ".5k": 512, "1K": 1024, "2T": 2 << 40, "1E": 1 << 60, "0.9K": 921,
		"0": -1, "0M": -1, "0.1": -1, "": -1, "M": -1, "-1": -1, "-64M": -1, "64 M": -1, "64X": -1, "64iB": -1, "64Mi": -1, "64MM": -1,
		"1e3": -1, "0x10": -1, "1_000": -1, "1.2.3": -1, ".": -1, "NaN": -1, "inf": -1, "8E": -1, "99999999999999999999": -1, "B": -1, "64BM": -1,
	} {
		got, err := ParseBytes("memory limit", word)
		if want < 0 {
			mustParseError(t, err, word)
		} else if got != want || err != nil {
			t.Errorf("%q: %d, want %d: %v", word, got, want, err)
		}
	}
}

func mustParseError(t *testing.T, err error, word string) {
	t.Helper()
	var wrong *ParseError
	if !errors.As(err, &wrong) || wrong.Why == "" || wrong.What == "" || !strings.Contains(err.Error(), word) {
		t.Errorf("%q: %v", word, err)
	}
}

func TestParseCPUs(t *testing.T) {
	for word, want := range map[string]float64{
		"0.5": 0.5, "2": 2, ".25": 0.25, "0.01": 0.01, "8192": 8192,
		"0": -1, "0.009": -1, "-1": -1, "": -1, "half": -1, "50%": -1, "1e2": -1, "NaN": -1, "8193": -1,
	} {
		got, err := ParseCPUs(word)
		if want < 0 {
			mustParseError(t, err, word)
		} else if got != want || err != nil {
			t.Errorf("%q: %v, want %v: %v", word, got, want, err)
		}
	}
}

func TestParsePIDs(t *testing.T) {
	for word, want := range map[string]int64{
		"1": 1, "32": 32, "4194304": 4194304, "0": -1, "-1": -1, "4194305": -1, "": -1, "3.5": -1, "max": -1, "99999999999999999999": -1,
	} {
		got, err := ParsePIDs(word)
		if want < 0 {
			mustParseError(t, err, word)
		} else if got != want || err != nil {
			t.Errorf("%q: %v, want %v: %v", word, got, want, err)
		}
	}
}

func TestParseIO(t *testing.T) {
	for text, want := range map[string]IOLimit{
		"254:0 wbps=1M":                       {Device: "254:0", WriteBPS: 1 << 20},
		"8:0  rbps=2M riops=100 wiops=50":     {Device: "8:0", ReadBPS: 2 << 20, ReadIOPS: 100, WriteIOPS: 50},
		"8:0":                                 {},
		"":                                    {},
		"sda wbps=1M":                         {},
		"8:x wbps=1M":                         {},
		"8 wbps=1M":                           {},
		"4096:0 wbps=1M":                      {},
		"8:0 wbps":                            {},
		"8:0 wbps=":                           {},
		"8:0 wbps=max":                        {},
		"8:0 bps=1M":                          {},
		"8:0 wbps=1M wbps=2M":                 {},
		"8:0 wbps=0":                          {},
		"8:0\twbps=1M\triops=7":               {Device: "8:0", WriteBPS: 1 << 20, ReadIOPS: 7},
		"259:1048575 riops=9223372036854775K": {},
	} {
		got, err := ParseIO(text)
		if want.Device == "" {
			mustParseError(t, err, "")
		} else if got != want || err != nil {
			t.Errorf("%q: %+v, want %+v: %v", text, got, want, err)
		}
	}
}

func TestCheck(t *testing.T) {
	good := []Limits{{}, every2, {Memory: 1, MemoryHigh: 1}, {MemoryHigh: 1}, {CPUs: 0.01, Weight: 1}, {Weight: 10000, PIDs: 1}}
	for _, l := range good {
		if err := l.Check(); err != nil {
			t.Errorf("%+v: %v", l, err)
		}
	}
	d := IOLimit{Device: "8:0", ReadBPS: 1}
	for _, l := range []Limits{
		{Memory: -1}, {MemoryHigh: -1}, {Memory: 1, MemoryHigh: 2}, {Memory: 1, Swap: -1}, {Swap: 1}, {CPUs: -1}, {CPUs: 0.001},
		{CPUs: math.NaN()}, {CPUs: math.Inf(1)}, {Weight: -1}, {Weight: 10001}, {PIDs: -1}, {PIDs: 1 << 23},
		{IO: []IOLimit{{Device: "sda"}}}, {IO: []IOLimit{{Device: "8:0", WriteBPS: -1}}}, {IO: []IOLimit{d, d}},
	} {
		mustParseError(t, l.Check(), "")
	}
}

var every2 = Limits{Memory: 5, MemoryHigh: 4, Swap: 3, CPUs: 2.5, Weight: 7, PIDs: 9, IO: []IOLimit{{"8:0", 1, 2, 3, 4}}}

func TestControllers(t *testing.T) {
	for _, tt := range []struct {
		limits Limits
		want   string
	}{
		{Limits{}, ""}, {every2, "memory cpu pids io"}, {Limits{Weight: 1}, "cpu"}, {Limits{CPUs: 1}, "cpu"},
		{Limits{MemoryHigh: 1}, "memory"}, {Limits{PIDs: 1, Memory: 1}, "memory pids"},
	} {
		if got := strings.Join(tt.limits.Controllers(), " "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.limits, got, tt.want)
		}
		if tt.limits.IsZero() != (tt.want == "") {
			t.Errorf("%+v: zero %v", tt.limits, tt.limits.IsZero())
		}
	}
}

// No field is forgotten: each one makes limits that are not zero, not equal
// to none, and comes back from JSON.
func TestEachFieldCounts(t *testing.T) {
	all := reflect.ValueOf(every2)
	for i := range all.NumField() {
		var one Limits
		reflect.ValueOf(&one).Elem().Field(i).Set(all.Field(i))
		if one.IsZero() || one.Equal(Limits{}) || !one.Equal(one) {
			t.Errorf("%s is not seen", all.Type().Field(i).Name)
		}
		b, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		var back Limits
		if err := json.Unmarshal(b, &back); err != nil || !cmp.Equal(one, back) || strings.Count(string(b), ":") > 7 {
			t.Errorf("%s became %+v: %v", b, back, err)
		}
	}
}

// Whatever a person writes is a size or an error, never a panic or a size
// that the kernel would take for none.
func TestParseBytesTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9.]{0,20}[kKmMgGtTpPeE]?i?[bB]?`)).Draw(t, "word")
		n, err := ParseBytes("size", word)
		if err == nil && (n < 1 || n > mostBytes) || err != nil && n != 0 {
			t.Fatalf("%q: %d, %v", word, n, err)
		}
	})
}
