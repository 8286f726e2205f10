package main

import (
	"slices"
	"testing"
)

func TestParseLibs(t *testing.T) {
	for _, c := range []struct {
		name, out string
		want      []string
	}{
		{"dynamic", "\tlinux-vdso.so.1 (0x00007fa82a5e1000)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fa82a3d9000)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007fa82a5e3000)\n",
			[]string{"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"}},
		{"static, linked to run anywhere", "\tstatically linked\n", nil},
		{"missing", "\tlibx.so => not found\n", nil},
	} {
		if got := parseLibs(c.out); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestMerged(t *testing.T) {
	for name, want := range map[string]string{
		"/lib/x86_64-linux-gnu/libc.so.6": "/usr/lib/x86_64-linux-gnu/libc.so.6",
		"/lib64/ld-linux-x86-64.so.2":     "/usr/lib64/ld-linux-x86-64.so.2",
		"/usr/lib/libz.so.1":              "/usr/lib/libz.so.1",
		"/library/x":                      "/library/x",
	} {
		if got := merged(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
