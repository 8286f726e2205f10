// Package initramfstest reads back, in tests, what an initramfs was made of.
package initramfstest

import (
	"bytes"
	"io"
	"testing"

	"github.com/u-root/u-root/pkg/cpio"

	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// Records writes a tree and reads the archive back.
func Records(t *testing.T, tree initramfs.Tree) []cpio.Record {
	t.Helper()
	var b bytes.Buffer
	if err := tree.Write(&b); err != nil {
		t.Fatal(err)
	}
	records, err := cpio.ReadAllRecords(cpio.Newc.Reader(bytes.NewReader(b.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// Content is what a file of the archive has in it.
func Content(t *testing.T, r cpio.Record) string {
	t.Helper()
	b, err := io.ReadAll(io.NewSectionReader(r, 0, int64(r.FileSize)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
