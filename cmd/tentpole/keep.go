package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
)

// keepMatrix writes a matrix to a new file in the working directory, for a
// browser. No file that is there already is written over.
func keepMatrix(m matrix.Matrix) (string, error) { return keepMatrixAt(time.Now(), m) }

func keepMatrixAt(now time.Time, m matrix.Matrix) (string, error) {
	doc := newDocument()
	doc.Made, doc.Matrix = now, &m
	path, err := filepath.Abs(now.Format("tentpole-matrix-20060102-150405.html"))
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", fmt.Errorf("%w; start tentpole in a directory that can be written", err)
	}
	return path, errors.Join(doc.HTML(f), f.Close())
}
