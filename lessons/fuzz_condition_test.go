package lessons

import "testing"

// Whatever is written as a condition: no panic, no hang, an offset within it,
// and what compiles can be asked of any facts.
func FuzzCondition(f *testing.F) {
	for _, source := range []string{
		`outcome == "open"`, `inside.file("/tmp/x").exists and not host.file("/tmp/x").exists`,
		`inside.ns.count > 0 and inside.ns.count < 7`, `int(inside.file("/n").text) + 1 == 43`,
		`inside.hostname matches "^(a+)+$"`, `len(upper(trim(inside.hostname))) in [1, 2, 3]`,
		`host.mount("/tmp").device != inside.mount("/tmp").device`, `not (1 / 0 == 2)`, `1..1000000 == 3`,
		`all([1], # > 0)`, `let a = 1; a == 1`, `"a" + "b" startsWith "a"`, `inside?.pid ?? 3 == 3`, "{", `"`,
		`2 ** 64 > 1`, `inside["pid"] == 1`, `[1][5] == 1`, `"x"[0:9] == ""`,
	} {
		f.Add(source, []byte{1, 2, 3, 4, 5, 6, 7, 8})
	}
	f.Fuzz(func(t *testing.T, source string, rolls []byte) {
		watch(t, source)
		condition, offset, _, err := readCondition(source)
		if err != nil {
			if offset < 0 || offset > len(source) || err.Error() == "" {
				t.Errorf("%q: %v at %d", source, err, offset)
			}
			return
		}
		if _, err := condition.program(); err != nil {
			t.Errorf("%q was found right and does not compile: %v", source, err)
		}
		d := dice(rolls)
		for range 4 {
			if yes, err := condition.Eval(d.anyFacts()); yes && err != nil {
				t.Errorf("%q holds and fails: %v", source, err)
			}
		}
	})
}
