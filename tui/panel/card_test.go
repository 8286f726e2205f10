package panel

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// TestCard: a card is well-formed whatever the name, and has a mark for every
// layer that tells raised from not raised without colours.
func TestCard(t *testing.T) {
	set := sandbox.Set(sandbox.Mount, sandbox.Root, sandbox.PID)
	card := string(Card(`<script>"&`+strings.Repeat("long", 40), set, sandbox.Set(sandbox.Landlock)))
	d := xml.NewDecoder(strings.NewReader(card))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, card)
		}
	}
	if strings.Contains(card, "<script") {
		t.Error("a name became an element")
	}
	if up, down := strings.Count(card, "● "), strings.Count(card, "○ "); up != 3 || down != len(sandbox.Layers())-4 || !strings.Contains(card, "? landlock") {
		t.Errorf("%d up and %d down", up, down)
	}
	for _, row := range sandbox.Layers() {
		if !strings.Contains(card, " "+string(row.Name)+"</text>") {
			t.Errorf("%s is not on the card", row.Name)
		}
	}
}
