//go:build unix

package descriptors

import (
	"io"
	"os"
	"testing"
)

// What is written to a duplicate comes out of the same pipe, which ends only
// when both are closed.
func TestDuplicate(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	own, err := Duplicate(nil, w, w)
	if err != nil {
		t.Fatal(err)
	}
	if own[0] != nil || own[1] == own[2] {
		t.Errorf("%v", own)
	}
	w.WriteString("one ")
	w.Close()
	own[1].WriteString("two ")
	own[2].WriteString("three")
	Close(own)
	if said, err := io.ReadAll(r); string(said) != "one two three" || err != nil {
		t.Errorf("%q, %v", said, err)
	}
}

// A file that is closed already is an error, and nothing stays open.
func TestDuplicateClosed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	gone, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	end.Close()
	gone.Close()
	if own, err := Duplicate(w, gone); err == nil || own != nil {
		t.Errorf("%v, %v", own, err)
	}
	w.Close()
	if said, err := io.ReadAll(r); len(said) != 0 || err != nil {
		t.Errorf("%q, %v", said, err)
	}
}
