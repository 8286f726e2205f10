package userland

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgramStaysSmall wants a program that can be held in memory, without
// packages whose initialisation every command would pay for.
func TestProgramStaysSmall(t *testing.T) {
	if Program() == nil {
		const why = "no program is embedded: `make small-ARCH`, and -tags smallinit"
		if os.Getenv("TENTPOLE_MUST") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	t.Logf("%d bytes", len(Program()))
	if len(Program()) > 8<<20 {
		t.Errorf("%d bytes, more than 8 MiB", len(Program()))
	}
	file := filepath.Join(t.TempDir(), "tiny")
	if err := os.WriteFile(file, Program(), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Cmd{Path: file, Args: []string{"true"}, Env: []string{"GODEBUG=inittrace=1"}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "init os @") {
		t.Fatalf("no trace: %v, %s", err, out)
	}
	for _, heavy := range []string{"net/http", "crypto/tls", "crypto/x509", "text/template", "html/template", "encoding/json", "github.com/dustin/go-humanize"} {
		if strings.Contains(string(out), "init "+heavy+" @") {
			t.Errorf("%s is initialised by every command:\n%s", heavy, out)
		}
	}
}
