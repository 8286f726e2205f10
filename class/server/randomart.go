package server

import (
	"crypto/sha256"
	"strings"
)

// Picture is the fingerprint as a picture, line by line, as ssh draws it with
// VisualHostKey of ssh_config(5): a bishop walks over the board, two bits a step, and
// each square shows how often it was there; fingerprint_randomart of OpenSSH's
// sshkey.c.
func (k *HostKey) Picture() []string {
	const wide, high, squares = 17, 9, " .o+=*BOX@%&#/^SE"
	const begin, end = len(squares) - 2, len(squares) - 1
	var board [high][wide]int
	x, y := wide/2, high/2
	for _, b := range sha256.Sum256(k.public.Marshal()) {
		for range 4 {
			x = min(max(x+int(b&1)*2-1, 0), wide-1)
			y = min(max(y+int(b>>1&1)*2-1, 0), high-1)
			board[y][x] = min(board[y][x]+1, begin-1)
			b >>= 2
		}
	}
	board[high/2][wide/2], board[y][x] = begin, end
	lines := []string{frame("[ED25519 256]", wide)}
	for _, row := range board {
		var line strings.Builder
		for _, n := range row {
			line.WriteByte(squares[n])
		}
		lines = append(lines, "|"+line.String()+"|")
	}
	return append(lines, frame("[SHA256]", wide))
}

// frame is the upper or lower edge, with a word in the middle.
func frame(word string, wide int) string {
	left := (wide - len(word)) / 2
	return "+" + strings.Repeat("-", left) + word + strings.Repeat("-", wide-left-len(word)) + "+"
}
