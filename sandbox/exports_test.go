package sandbox_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"pgregory.net/rapid"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/export"
)

var update = flag.Bool("update", false, "write the golden files of exports anew")

// surroundings are those of a machine with a runc of today.
var surroundings = export.Surroundings{Bounding: sandbox.CapabilityNames(), Kernel: sandbox.CapabilityNames(), TimeNamespaces: true}

// program is the filter in a script; it is another one for each architecture.
var program = regexp.MustCompile(`(?s)<<'FILTER'\n.*?FILTER\n`)

// TestExportsOfAContainer compares the exports of the last stage, on a machine
// that is always the same, with golden files. What the profile of system calls
// comes to is the matter of package seccomp.
func TestExportsOfAContainer(t *testing.T) {
	rung, err := sandbox.ParseStage("container")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		form  export.Form
		admin bool
		file  string
	}{
		{export.Unshare, true, "container-root.sh"}, {export.Unshare, false, "container-user.sh"},
		{export.OCI, true, "container-root.json"}, {export.Docker, true, "container-root.docker"},
	} {
		t.Run(c.file, func(t *testing.T) {
			m := sandbox.AMachine(c.admin)
			m.Disk = "8:0"
			p, err := sandbox.NewPlan(sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true, Name: "tent", Hostname: "tent"}, m)
			if err != nil {
				t.Fatal(err)
			}
			e, err := export.As(c.form, p, surroundings, nil)
			if err != nil {
				t.Fatal(err)
			}
			text := program.ReplaceAllString(e.Text, "<<'FILTER'\n…\nFILTER\n")
			if c.form == export.OCI {
				text = withoutProfile(t, text)
			}
			compareGolden(t, filepath.Join("export", "testdata", c.file), text)
		})
	}
}

func withoutProfile(t *testing.T, config string) string {
	t.Helper()
	spec := strict(t, config)
	spec.Linux.Seccomp = nil
	text, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// strict reads a config.json that may hold nothing but what the specification
// knows.
func strict(t interface{ Fatal(...any) }, config string) specs.Spec {
	var spec specs.Spec
	dec := json.NewDecoder(strings.NewReader(config))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), -update writes it anew:\n%s", file, diff)
	}
}

// TestEveryPlanIsExported: any plan is said in every form, or refused with what
// to ask for instead; what is said is a script or a configuration.
func TestEveryPlanIsExported(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nobody has a sh here")
	}
	rapid.Check(t, func(t *rapid.T) {
		p, err := sandbox.NewPlan(sandbox.AnySpec(t), sandbox.AMachine(rapid.Bool().Draw(t, "admin")))
		if err != nil {
			t.Fatal(err)
		}
		form := export.Form(rapid.SampledFrom(export.Forms()).Draw(t, "form"))
		e, err := export.As(form, p, surroundings, []string{"echo", "it's", "$HOME"})
		switch {
		case sandbox.IsUsage(err) && (!p.Root.Own() || p.Rootless) && form != export.Unshare:
		case err != nil:
			t.Fatal(err)
		case form == export.OCI:
			checkConfig(t, strict(t, e.Text))
		default:
			sh := exec.Command("sh", "-n")
			sh.Stdin = strings.NewReader(e.Text)
			if out, err := sh.CombinedOutput(); err != nil {
				t.Fatalf("%v %s\n%s", err, out, e.Text)
			}
		}
	})
}

// checkConfig checks what config.md says MUST be, and runc refuses to be
// otherwise.
func checkConfig(t *rapid.T, c specs.Spec) {
	if c.Version == "" || c.Root.Path == "" || len(c.Process.Args) == 0 || !strings.HasPrefix(c.Process.Cwd, "/") {
		t.Fatalf("incomplete: %+v", c)
	}
	seen := map[specs.LinuxNamespaceType]bool{}
	for _, ns := range c.Linux.Namespaces {
		if seen[ns.Type] {
			t.Fatalf("namespace %s twice", ns.Type)
		}
		seen[ns.Type] = true
	}
	for _, m := range c.Mounts {
		if !filepath.IsAbs(m.Destination) || filepath.Clean(m.Destination) != m.Destination || strings.Contains(m.Destination, "sandboxes") {
			t.Fatalf("mount at %s", m.Destination)
		}
	}
	if seen[specs.UserNamespace] != (len(c.Linux.UIDMappings) > 0) || c.Hostname != "" && !seen[specs.UTSNamespace] || (len(c.Linux.TimeOffsets) > 0) != seen[specs.TimeNamespace] {
		t.Fatalf("what is set has no namespace: %+v", c.Linux)
	}
	if seen[specs.TimeNamespace] != (c.Version != "1.0.2") {
		t.Fatalf("version %s", c.Version)
	}
}
