package initramfs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindKernel(t *testing.T) {
	for _, c := range []struct {
		name string
		have []string
		want string
	}{
		{"the newest of Debian 12", []string{"6.1.0-9-cloud-amd64", "6.1.0-56-cloud-amd64", "6.1.0-10-cloud-amd64"}, "6.1.0-56-cloud-amd64"},
		{"that of Debian 13", []string{"6.1.0-56-cloud-amd64", "6.12.48+deb13-cloud-amd64"}, "6.12.48+deb13-cloud-amd64"},
		{"no other flavour", []string{"6.1.0-56-cloud-amd64", "6.12.1-1-amd64"}, "6.1.0-56-cloud-amd64"},
	} {
		top := t.TempDir()
		for _, v := range c.have {
			if err := os.MkdirAll(filepath.Join(top, "lib/modules", v), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(top, "boot"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(top, "boot/vmlinuz-"+v), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		k, err := FindKernel(top)
		if err != nil || k.Version != c.want || k.ModuleDir != filepath.Join(top, "lib/modules", c.want) {
			t.Errorf("%s: %+v, %v, want %s", c.name, k, err, c.want)
		}
	}
}

func TestNoKernel(t *testing.T) {
	if _, err := FindKernel(t.TempDir()); err == nil || !strings.Contains(err.Error(), "apt-get install linux-image-cloud-amd64") {
		t.Errorf("the error does not say what to install: %v", err)
	}
	top := t.TempDir()
	if err := os.Mkdir(filepath.Join(top, "boot"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(top, "boot/vmlinuz-6.1.0-56-cloud-amd64"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := FindKernel(top); !os.IsNotExist(err) {
		t.Errorf("a kernel without modules: %v", err)
	}
}
