package tui

import "testing"

// BenchmarkSandboxKey presses keys on the sandbox screen and draws it.
func BenchmarkSandboxKey(b *testing.B) {
	o := options(b, &fakeEngine{})
	o.StartSandbox = true
	d, _ := begin(b, o, 200, 60)
	for b.Loop() {
		d.Press("down", "up")
		_ = d.Raw()
	}
}

// BenchmarkSandboxUpdate presses a key and draws nothing.
func BenchmarkSandboxUpdate(b *testing.B) {
	o := options(b, &fakeEngine{})
	o.StartSandbox = true
	d, _ := begin(b, o, 200, 60)
	for b.Loop() {
		d.Press("down")
		d.Press("up")
	}
}
