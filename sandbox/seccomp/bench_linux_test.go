package seccomp

import "testing"

// BenchmarkLoad times seccomp(2) in the kernel, which checks and translates
// the filter, and tries every number on it to remember those that are allowed
// whatever their arguments (since Linux 5.11).
func BenchmarkLoad(b *testing.B) {
	for _, s := range shapes(b, native) {
		b.Run(s.name, func(b *testing.B) { child(b, order{Filter: s.program.Raw(), Load: true}) })
	}
}

// BenchmarkCall times calls under each filter: one that the kernel remembers
// as allowed, one that is refused, one whose argument decides.
func BenchmarkCall(b *testing.B) {
	unfiltered(b)
	abi, _ := native.abi()
	calls := map[string]made{
		"getpid":      {Number: uintptr(abi.index()["getpid"])},
		"keyctl":      probes["keyctl with an operation there isn't"].call(),
		"personality": probes["a question to personality"].call(),
	}
	for name, c := range calls {
		b.Run("none/"+name, func(b *testing.B) { child(b, order{Calls: []made{c}}) })
		for _, s := range shapes(b, native) {
			b.Run(s.name+"/"+name, func(b *testing.B) { child(b, order{Filter: s.program.Raw(), Calls: []made{c}}) })
		}
	}
}

// child reports the time that a child measured for b.N times.
func child(b *testing.B, o order) {
	o.Times = b.N
	a, err := send(b, o)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(a.Took.Nanoseconds())/float64(b.N), "ns/op")
}
