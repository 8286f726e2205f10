package tuitest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// Golden compares a screen with testdata/NAME.txt, or writes it with -update.
func Golden(t testing.TB, name, screen string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(screen), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with -update", err)
	}
	if string(want) != screen {
		t.Errorf("%s is not what it was; look at it, and write it anew with -update\n--- was\n%s--- is\n%s", file, want, screen)
	}
}
