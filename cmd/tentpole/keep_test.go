package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// TestKeepMatrix writes a whole report to a file of its own, and never over one
// that is there.
func TestKeepMatrix(t *testing.T) {
	t.Chdir(t.TempDir())
	m := matrix.Matrix{
		Stages: []matrix.Stage{{Name: "process"}},
		Rows:   []matrix.Row{{Experiment: "file", Question: "Where is it?", Group: "see", Cells: []matrix.Cell{{Stage: "process", Outcome: experiment.Open, Reason: "it is <there>"}}}},
	}
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	path, err := keepMatrixAt(now, m)
	if err != nil || filepath.Base(path) != "tentpole-matrix-20260501-120000.html" {
		t.Fatalf("%s, %v", path, err)
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "it is &lt;there&gt;") || !strings.Contains(string(page), "</html>") {
		t.Errorf("%v:\n%s", err, page)
	}
	if _, err := keepMatrixAt(now, m); err == nil || !strings.Contains(err.Error(), "file exists") {
		t.Errorf("written over: %v", err)
	}
}
