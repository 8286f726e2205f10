package main

import (
	"bytes"
	"fmt"
)

// Arms of a border go from the middle of a cell to its edges; fonts leave gaps
// between lines, drawn ones do not.
const (
	toLeft = 1 << iota
	toRight
	above
	below
)

var borders = map[string]int{
	"─": toLeft | toRight, "│": above | below,
	"╭": toRight | below, "╮": toLeft | below, "╰": toRight | above, "╯": toLeft | above,
	"┌": toRight | below, "┐": toLeft | below, "└": toRight | above, "┘": toLeft | above,
	"├": toRight | above | below, "┤": toLeft | above | below,
	"┬": toLeft | toRight | below, "┴": toLeft | toRight | above, "┼": toLeft | toRight | above | below,
}

func drawBorder(b *bytes.Buffer, x, y, arms int, ink string) {
	cx, cy := edge+(float64(x)+0.5)*cellWidth, edge+(float64(y)+0.5)*cellHeight
	path := ""
	for _, arm := range []struct {
		bit    int
		dx, dy float64
	}{{toLeft, -0.5, 0}, {toRight, 0.5, 0}, {above, 0, -0.5}, {below, 0, 0.5}} {
		if arms&arm.bit != 0 {
			path += fmt.Sprintf("M%.1f %.1fL%.1f %.1f", cx, cy, cx+arm.dx*cellWidth, cy+arm.dy*cellHeight)
		}
	}
	fmt.Fprintf(b, `<path d="%s" stroke="%s" fill="none"/>`, path, ink)
}
