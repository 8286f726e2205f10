package terminal

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// BenchmarkLine is what a line of output costs, at the bottom of a screen.
func BenchmarkLine(b *testing.B) {
	for _, size := range []struct{ cols, rows int }{{78, 20}, {98, 30}, {198, 56}} {
		b.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(b *testing.B) {
			o := newOwner(size.cols, size.rows)
			go io.Copy(io.Discard, o.e)
			lines := bytes.Repeat([]byte("y\r\n"), size.rows)
			for b.Loop() {
				o.feed(lines)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size.rows), "ns/line")
		})
	}
}

// BenchmarkDraw is what a frame costs, of a screen full of text in colours.
func BenchmarkDraw(b *testing.B) {
	o := newOwner(198, 56)
	go io.Copy(io.Discard, o.e)
	for range 56 {
		for i := range 33 {
			o.feed(fmt.Appendf(nil, "\x1b[%dmcolor\x1b[m ", 31+i%6))
		}
	}
	for b.Loop() {
		o.draw()
	}
}
