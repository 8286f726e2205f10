package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// kernel is an installed one.
type kernel struct {
	version   string // as uname -r has it
	image     string
	moduleDir string
}

// cloudKernels are the kernels of Debian's linux-image-cloud-amd64, which have
// what a virtual machine needs and little else.
const cloudKernels = "boot/vmlinuz-*-cloud-amd64"

// findKernel returns the newest cloud kernel below a directory.
func findKernel(top string) (kernel, error) {
	images, err := filepath.Glob(filepath.Join(top, cloudKernels))
	if err != nil {
		return kernel{}, err
	}
	if len(images) == 0 {
		return kernel{}, fmt.Errorf("no %s: apt-get install linux-image-cloud-amd64, or without installing: "+
			"apt-get download linux-image-VERSION-cloud-amd64 && dpkg-deb -x linux-image-*.deb DIR, and -kernel DIR", filepath.Join(top, cloudKernels))
	}
	image := slices.MaxFunc(images, func(a, b string) int { return compareVersions(version(a), version(b)) })
	k := kernel{version(image), image, filepath.Join(top, "lib/modules", version(image))}
	_, err = os.Stat(k.moduleDir)
	return k, err
}

func version(image string) string {
	return strings.TrimPrefix(filepath.Base(image), "vmlinuz-")
}

// compareVersions orders Debian's names, such as 6.1.0-9-cloud-amd64: by the
// kernel's number, and of the same one by Debian's.
func compareVersions(a, b string) int {
	order := func(v string) string {
		number, rest, _ := strings.Cut(v, "-")
		debian, _, _ := strings.Cut(rest, "-")
		return "v" + number + "-" + debian
	}
	return semver.Compare(order(a), order(b))
}

func (k kernel) modules() fs.FS { return os.DirFS(k.moduleDir) }
