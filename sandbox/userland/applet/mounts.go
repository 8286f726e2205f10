//go:build linux

package applet

import (
	"os"
	"strconv"
	"strings"
)

// mounted is a line of /proc/self/mounts; proc_pid_mounts(5).
type mounted struct{ source, target, kind, options string }

// mountTable reads the mounts that this process sees. Blanks and backslashes in
// the kernel's answer are octal escapes.
func mountTable() ([]mounted, error) {
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil, err
	}
	var out []mounted
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		out = append(out, mounted{octal(f[0]), octal(f[1]), f[2], octal(f[3])})
	}
	return out, nil
}

// octal undoes escapes such as \040.
func octal(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
