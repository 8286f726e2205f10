package seccomp

import (
	"cmp"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	for _, abi := range abis {
		if !slices.IsSortedFunc(abi.calls, func(a, b call) int { return cmp.Compare(a.number, b.number) }) {
			t.Errorf("%s: calls are not in the order of their numbers", abi.arch)
		}
		if len(abi.index()) != len(abi.calls) {
			t.Errorf("%s: %d names for %d calls", abi.arch, len(abi.index()), len(abi.calls))
		}
		for _, c := range abi.calls {
			if got := abi.name(c.number); got != c.name {
				t.Errorf("%s: call %d is %q, want %q", abi.arch, c.number, got, c.name)
			}
		}
	}
	if !slices.IsSortedFunc(elsewhere, func(a, b stranger) int { return strings.Compare(a.name, b.name) }) {
		t.Error("elsewhere is not in the order of names")
	}
}

// TestNumbers holds some numbers against the kernel's own tables, from memory
// of arch/x86/entry/syscalls/syscall_64.tbl and asm-generic/unistd.h.
func TestNumbers(t *testing.T) {
	for name, want := range map[string][2]int{
		"read": {0, 63}, "openat": {257, 56}, "clone": {56, 220}, "clone3": {435, 435}, "newfstatat": {262, 79},
		"seccomp": {317, 277}, "open": {2, -1}, "umount2": {166, 39}, "pread64": {17, 67}, "listns": {470, 470},
	} {
		for i, abi := range abis {
			got, ok := abi.index()[name]
			if want[i] < 0 && ok || want[i] >= 0 && int(got) != want[i] {
				t.Errorf("%s on %s: number %d (%t), want %d", name, abi.arch, got, ok, want[i])
			}
		}
	}
}

// TestGenerated fails when go.mod has moved on from what the table was made of.
func TestGenerated(t *testing.T) {
	table, err := os.ReadFile("calls_table.go")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`golang\.org/x/sys v[0-9.]+`)
	if made, selected := want.FindString(string(table)), want.FindString(string(mod)); made != selected {
		t.Errorf("the table was made from %q, go.mod selects %q: run go generate", made, selected)
	}
}

func TestNames(t *testing.T) {
	names := Names(AMD64)
	if !slices.IsSorted(names) || len(names) != len(amd64Calls) || !slices.Contains(names, "unshare") {
		t.Errorf("%d names: %v", len(names), names)
	}
	if got := Names("riscv64"); got != nil {
		t.Errorf("names of an architecture without a table: %v", got)
	}
}

func TestUnknownCall(t *testing.T) {
	tests := []struct {
		arch      Arch
		name      string
		want      string
		elsewhere string
	}{
		{AMD64, "unshrae", `there is no system call "unshrae"`, ""},
		{AMD64, "UNSHARE", `there is no system call "UNSHARE"`, ""},
		{AMD64, "", `there is no system call ""`, ""},
		{AMD64, "riscv_hwprobe", "riscv_hwprobe is no system call of amd64, only of riscv64", "riscv64"},
		{ARM64, "swapcontext", "swapcontext is no system call of arm64, only of ppc ppc64 ppc64le", "ppc ppc64 ppc64le"},
	}
	for _, tt := range tests {
		_, err := Deny(tt.arch, "mount", tt.name)
		var unknown *UnknownCallError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: error %v", tt.name, err)
			continue
		}
		if err.Error() != tt.want || unknown.Name != tt.name || strings.Join(unknown.Elsewhere, " ") != tt.elsewhere {
			t.Errorf("error %q, %+v\nwant %q", err, unknown, tt.want)
		}
	}
}
