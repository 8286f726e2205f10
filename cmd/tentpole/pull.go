package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox/image"
)

// pullProgress shows on a terminal how far an image has come, in one line;
// end clears it.
func pullProgress(w io.Writer) (progress func(image.Progress), end func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	shown := false
	return func(p image.Progress) {
			shown = true
			fmt.Fprintf(f, "\r\x1b[K%s layer %d of %d, %s of %s", p.Step, p.Layer, p.Layers, megabytes(p.Bytes), megabytes(p.Total))
		}, func() {
			if shown {
				fmt.Fprint(f, "\r\x1b[K")
			}
		}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
