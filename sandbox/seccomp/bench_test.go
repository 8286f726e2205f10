package seccomp

import "testing"

// BenchmarkInterpret gives what calls cost in instructions, in both shapes.
func BenchmarkInterpret(b *testing.B) {
	abi, _ := AMD64.abi()
	for _, s := range shapes(b, AMD64) {
		for _, name := range []string{"read", "openat", "unshare"} {
			b.Run(s.name+"/"+name, func(b *testing.B) {
				raw, in, total := s.program.Raw(), data(abi.audit, abi.index()[name], [6]uint64{}), 0
				for b.Loop() {
					_, steps := interpret(b, raw, in)
					total += steps
				}
				b.ReportMetric(float64(total)/float64(b.N), "instructions/op")
			})
		}
	}
}

// BenchmarkCompile is what a start pays before the filter is loaded.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		p, err := Docker(on(AMD64))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Compile(p, AMD64); err != nil {
			b.Fatal(err)
		}
	}
}
