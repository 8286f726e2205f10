package initramfs

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A few lines of Debian's, one module compressed as in Debian 13.
var modulesDir = fstest.MapFS{
	"modules.dep": {Data: []byte(`kernel/net/802/stp.ko: kernel/net/llc/llc.ko
kernel/net/llc/llc.ko:
kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko
kernel/net/bridge/br_netfilter.ko.xz: kernel/net/bridge/bridge.ko kernel/net/802/stp.ko kernel/net/llc/llc.ko
kernel/drivers/virtio/virtio-blk.ko: kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko:
`)},
	"modules.builtin": {Data: []byte("kernel/fs/ext4/ext4.ko\nkernel/fs/mbcache.ko\n")},
}

func TestModuleOrder(t *testing.T) {
	deps, err := readDependencies(modulesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		names string
		want  string
	}{
		{"", ""},
		{"ext4", ""},
		{"virtio_blk", "virtio virtio_blk"},
		{"br_netfilter", "llc stp bridge br_netfilter"},
		{"bridge virtio bridge llc", "llc stp bridge virtio"},
	} {
		files, err := deps.order(strings.Fields(c.names))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, file := range files {
			got = append(got, moduleName(file))
		}
		if want := strings.Fields(c.want); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.names, got, want)
		}
	}
}

func TestNoSuchModule(t *testing.T) {
	deps, err := readDependencies(modulesDir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deps.order([]string{"llc", "zfs", "ext4", "nft"}); err == nil || !strings.Contains(err.Error(), "zfs, nft") {
		t.Errorf("the error names not both: %v", err)
	}
	if _, err := readDependencies(fstest.MapFS{}); err == nil {
		t.Error("no error without modules.dep")
	}
}
