package seccomp

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	eperm, enoent := Action{DoErrno, 1}, Action{DoErrno, 2}
	tests := []struct {
		name, text string
		want       Policy
	}{
		{"a config.json",
			`{"ociVersion": "1.2.0", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 2, "flags": ["SECCOMP_FILTER_FLAG_LOG"],
			  "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}, {"names": ["close"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}}}`,
			Policy{Default: enoent, Newest: "close", Flags: []string{"SECCOMP_FILTER_FLAG_LOG"},
				Rules: []Rule{{[]string{"read"}, allowed, nil}, {[]string{"close"}, absent, nil}}}},
		{"names of other architectures, and unknown ones that are allowed",
			`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "riscv_hwprobe", "brand_new"], "action": "SCMP_ACT_ALLOW"},
			  {"names": ["riscv_hwprobe"], "action": "SCMP_ACT_KILL"}]}`,
			Policy{Default: eperm, Newest: "read", Rules: []Rule{{[]string{"read"}, allowed, nil}}}},
		{"the old format",
			`{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"name": "mount", "action": "SCMP_ACT_KILL", "args": []}]}`,
			Policy{Default: allowed, Rules: []Rule{{[]string{"mount"}, Action{Do: DoKillThread}, nil}}}},
		{"each comparison",
			`{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{"names": ["mmap"], "action": "SCMP_ACT_LOG", "args": [
			  {"index": 0, "value": 1, "op": "SCMP_CMP_NE"}, {"index": 1, "value": 2, "op": "SCMP_CMP_LT"}, {"index": 2, "value": 3, "op": "SCMP_CMP_LE"},
			  {"index": 3, "value": 4, "op": "SCMP_CMP_EQ"}, {"index": 4, "value": 18446744073709551615, "op": "SCMP_CMP_GE"},
			  {"index": 5, "value": 240, "valueTwo": 16, "op": "SCMP_CMP_MASKED_EQ"}]},
			  {"names": ["munmap"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_GT"}]},
			  {"names": ["brk"], "action": "SCMP_ACT_TRACE"}]}`,
			Policy{Default: Action{Do: DoKillProcess}, Newest: "brk", Rules: []Rule{
				{[]string{"mmap"}, Action{Do: DoLog}, []Arg{{0, NotEqual, 0, 1}, {1, Less, 0, 2}, {2, LessOrEqual, 0, 3},
					{3, Equal, 0, 4}, {4, GreaterOrEqual, 0, 1<<64 - 1}, {5, Masked, 240, 16}}},
				{[]string{"munmap"}, Action{Do: DoTrap}, []Arg{{0, Greater, 0, 1}}},
				{[]string{"brk"}, Action{DoTrace, 1}, nil}}}},
		{"several conditions on one argument are alternatives",
			`{"defaultAction": "SCMP_ACT_TRACE", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [
			  {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}]}`,
			Policy{Default: Action{DoTrace, 1}, Rules: []Rule{{[]string{"read"}, allowed, []Arg{{0, Equal, 0, 1}}}, {[]string{"read"}, allowed, []Arg{{0, Equal, 0, 2}}}}}},
		{"Docker's format",
			`{"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}], "syscalls": [
			  {"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}},
			  {"names": ["write"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}},
			  {"names": ["open"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYSLOG", "CAP_BPF"]}},
			  {"names": ["close"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_SYSLOG", "CAP_BPF"]}},
			  {"names": ["stat"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "6.18"}},
			  {"names": ["fstat"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "7.0"}},
			  {"names": ["lstat"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "5.19"}}]}`,
			Policy{Default: eperm, Newest: "lstat", Rules: []Rule{{[]string{"read"}, allowed, nil}, {[]string{"lstat"}, allowed, nil}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(tt.text), on(AMD64, "CAP_BPF"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			agrees(t, got, compiled(t, got, AMD64), everyNumber(), arguments)
		})
	}
}

func TestReadErrors(t *testing.T) {
	call := func(s string) string { return `{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [` + s + `]}` }
	tests := []struct{ name, text, want string }{
		{"nothing", ``, "read a seccomp profile: unexpected end of JSON input\nunexpected end of JSON input"},
		{"no profile", `{}`, ErrNoProfile.Error()},
		{"null", `null`, ErrNoProfile.Error()},
		{"a config.json without", `{"ociVersion": "1.2.0", "linux": {}, "defaultAction": "SCMP_ACT_ALLOW"}`, ErrNoProfile.Error()},
		{"a supervisor", `{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/run/x"}`, "the seccomp profile asks for a supervisor (listenerPath); there is none"},
		{"two lists", `{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"], "archMap": [{}]}`, "the seccomp profile has both architectures and archMap; Docker takes only one"},
		{"the default", `{"defaultAction": "SCMP_ACT_NOTIFY"}`, `seccomp default action: action "SCMP_ACT_NOTIFY" is unknown, or needs a supervisor that answers`},
		{"an action", call(`{"names": ["read"], "action": "ALLOW"}`), `seccomp rule 0 (read): action "ALLOW" is unknown, or needs a supervisor that answers`},
		{"an errno", call(`{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 65537}`), "seccomp rule 0 (read): errno 65537 is above 4095, the highest there is"},
		{"a misspelt name that would be let through", call(`{"names": ["unshrae"], "action": "SCMP_ACT_ERRNO"}`), `seccomp rule 0 (unshrae): there is no system call "unshrae"`},
		{"a comparison", call(`{"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "op": "EQ"}]}`), `seccomp rule 0 (read): comparison "EQ" is unknown`},
		{"an argument", call(`{"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}`), "seccomp rule 0 (read): there is no argument 6, they are counted from 0 to 5"},
		{"name and names", call(`{"name": "read", "names": ["write"], "action": "SCMP_ACT_ERRNO"}`), "seccomp rule 0 (write): both name and names; Docker takes only one"},
		{"a flag", `{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NEW"]}`, "seccomp flag SECCOMP_FILTER_FLAG_NEW is unknown, or needs a supervisor that answers"},
		{"too much", strings.Repeat(" ", maxProfile) + `{}`, "the seccomp profile has more than 1024 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Read(strings.NewReader(tt.text), on(AMD64))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %q\nwant  %q", err, tt.want)
			}
			if !cmp.Equal(p, Policy{}) {
				t.Errorf("an error with a policy: %+v", p)
			}
		})
	}
	if _, err := Read(strings.NewReader(`{}`), on(AMD64)); !errors.Is(err, ErrNoProfile) {
		t.Errorf("error %v", err)
	}
}

// FuzzRead: whatever is read compiles, and the filter does as the policy says.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		`{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [null, {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967296, "op": "SCMP_CMP_LE"}]}]}`,
		`{"ociVersion": "1", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"name": "mount", "action": "SCMP_ACT_TRAP"}]}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Read(strings.NewReader(text), on(AMD64))
		if err != nil {
			return
		}
		program, err := Compile(p, AMD64)
		var long *TooLongError
		if errors.As(err, &long) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		agrees(t, p, program, []uint32{0, 41, 165, 466, 472}, arguments)
	})
}
