package cgroup

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A limit of a device is read back, changed, and gone when it is lifted. A
// machine without any disk refuses the device.
func TestIOLimit(t *testing.T) {
	limit := IOLimit{Device: "1:99", ReadBPS: 64 * mib, WriteBPS: 32 * mib, WriteIOPS: 500}
	dev := disk()
	if dev != "" {
		limit.Device = dev
	}
	g := makeGroup(t, Limits{IO: []IOLimit{limit}})
	err := g.Apply(Limits{IO: []IOLimit{limit}})
	if dev == "" {
		if !errors.Is(err, unix.ENODEV) {
			t.Errorf("no such device, and the kernel says %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	start(t, g, "idle").hear(t)
	want := dev + " rbps=67108864 wbps=33554432 riops=max wiops=500"
	if got := ioLimit(t, g, dev); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	limit.WriteBPS, limit.ReadIOPS = 0, 7
	if err := g.Apply(Limits{IO: []IOLimit{limit}}); err != nil {
		t.Fatal(err)
	}
	want = dev + " rbps=67108864 wbps=max riops=7 wiops=500"
	if got := ioLimit(t, g, dev); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := g.Apply(Limits{}); err != nil {
		t.Fatal(err)
	}
	if got := ioLimit(t, g, dev); got != dev+" rbps=max wbps=max riops=max wiops=max" {
		t.Errorf("lifted, and there is %q", got)
	}
}

// disk finds a block device whose reads the kernel can hold back.
func disk() string {
	for _, pattern := range []string{"vd*", "sd*", "nvme*n*", "xvd*", "loop*", "ram*"} {
		found, _ := filepath.Glob("/sys/block/" + pattern + "/dev")
		for _, file := range found {
			if b, err := os.ReadFile(file); err == nil {
				return strings.TrimSpace(string(b))
			}
		}
	}
	return ""
}

// ioLimit reads a device's limits in the words of io.max.
func ioLimit(t *testing.T, g *Group, device string) string {
	t.Helper()
	dir, version := g.layout.carrier(IO)
	if version == 2 {
		for line := range strings.Lines(content(t, path.Join(dir, "io.max"))) {
			if strings.HasPrefix(line, device+" ") {
				return strings.TrimSpace(line)
			}
		}
		return device + " rbps=max wbps=max riops=max wiops=max"
	}
	said := device
	for _, r := range rates {
		rest, ok := strings.CutPrefix(content(t, path.Join(dir, r.file)), device+" ")
		if !ok {
			rest = "max"
		}
		said += " " + r.word + "=" + rest
	}
	return said
}

// What a command reads past the page cache is counted for its device.
func TestIOStatistics(t *testing.T) {
	g := makeGroup(t, Limits{IO: []IOLimit{{Device: "1:99", ReadBPS: 1}}}) // not applied
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := start(t, g, "read", exe).hear(t)
	if said != strconv.Itoa(mib)+" <nil>" {
		return // on a file system without O_DIRECT or without a disk
	}
	sum := uint64(0)
	for _, d := range statistics(t, g).IO {
		sum += d.ReadBytes
	}
	if sum < mib {
		t.Errorf("%d bytes counted, %d read", sum, mib)
	}
}
