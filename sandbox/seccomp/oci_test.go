package seccomp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// TestOCI: what is written for another runtime reads back as the same policy.
func TestOCI(t *testing.T) {
	must := must(t)
	docker := must(Docker(on(AMD64)))
	for name, p := range map[string]Policy{
		"docker":           docker,
		"docker with caps": must(Docker(on(AMD64, everyCap...))),
		"docker and newer": must(docker.Allow(AMD64, "listns", "mount")),
		"docker and less":  must(docker.Deny(AMD64, "removexattrat", "clone")),
		"deny":             must(Deny(AMD64, "mount")),
		"allow":            must(Allow(AMD64, "read", "write", "execve")),
		"flags":            {Default: allowed, Flags: []string{"SECCOMP_FILTER_FLAG_LOG"}},
		"kill":             {Default: Action{Do: DoKillProcess}, Rules: []Rule{{[]string{"read"}, Action{Do: DoLog}, []Arg{{0, Masked, 7, 1}, {1, Less, 0, 9}}}}, Newest: "read"},
	} {
		t.Run(name, func(t *testing.T) {
			profile, err := p.OCI(AMD64)
			if err != nil {
				t.Fatal(err)
			}
			if len(profile.Architectures) != 1 || profile.Architectures[0] != specs.ArchX86_64 {
				t.Errorf("architectures %v", profile.Architectures)
			}
			text, err := json.Marshal(specs.Spec{Version: specs.Version, Linux: &specs.Linux{Seccomp: profile}})
			if err != nil {
				t.Fatal(err)
			}
			again := must(Read(strings.NewReader(string(text)), on(AMD64)))
			if again.Newest != p.Newest || !cmp.Equal(again.Flags, p.Flags) {
				t.Errorf("newest %q, flags %v; want %q, %v", again.Newest, again.Flags, p.Newest, p.Flags)
			}
			agrees(t, again, compiled(t, p, AMD64), everyNumber(), arguments)
		})
	}
}

func TestOCIErrors(t *testing.T) {
	tests := []struct {
		name  string
		rules []Rule
		want  string
	}{
		{"both conditions on one argument", []Rule{{[]string{"read"}, refused, []Arg{{0, Greater, 0, 1}, {0, Less, 0, 5}}}},
			"seccomp rule 0 (read): a runtime takes several conditions on one argument as alternatives"},
		{"two minds", []Rule{{[]string{"read", "write"}, refused, []Arg{{0, Equal, 0, 1}}}, {[]string{"write"}, absent, nil}},
			"seccomp rule 1 (write): a runtime takes rules without order, and another says errno EPERM of write"},
		{"a name", []Rule{{[]string{"raed"}, refused, nil}}, `seccomp rule 0 (raed): there is no system call "raed"`},
	}
	for _, tt := range tests {
		if _, err := (Policy{Default: allowed, Rules: tt.rules}).OCI(AMD64); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error %v\nwant %s", tt.name, err, tt.want)
		}
	}
}
