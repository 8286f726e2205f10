// Package initramfs puts together what a Linux kernel in a virtual machine starts
// from: a kernel of this machine's, the modules it needs, and the archive that is
// its first root file system. It is used by package vm and by the tests' machine.
//
// It follows Documentation/driver-api/early-userspace/buffer-format.rst and
// modules.dep(5).
package initramfs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// Kernel is an installed one.
type Kernel struct {
	Version   string // as uname -r has it
	Image     string
	ModuleDir string
}

// cloudKernels are the kernels of Debian's linux-image-cloud-amd64, which have
// what a virtual machine needs and little else.
const cloudKernels = "boot/vmlinuz-*-cloud-amd64"

// FindKernel returns the newest cloud kernel below a directory.
func FindKernel(top string) (Kernel, error) {
	images, err := filepath.Glob(filepath.Join(top, cloudKernels))
	if err != nil {
		return Kernel{}, err
	}
	if len(images) == 0 {
		return Kernel{}, fmt.Errorf("no %s: apt-get install linux-image-cloud-amd64, or without installing: "+
			"apt-get download linux-image-VERSION-cloud-amd64 && dpkg-deb -x linux-image-*.deb DIR, and -kernel DIR", filepath.Join(top, cloudKernels))
	}
	return kernelOf(top, newest(images))
}

// AnyKernel returns the newest cloud kernel below a directory, or where there is
// none the newest of those that the caller may read.
func AnyKernel(top string) (Kernel, error) {
	if k, err := FindKernel(top); err == nil && readable(k.Image) == nil {
		return k, nil
	}
	images, err := filepath.Glob(filepath.Join(top, anyKernels))
	if err != nil {
		return Kernel{}, err
	}
	refused := fmt.Errorf("%s: %w", filepath.Join(top, anyKernels), fs.ErrNotExist)
	images = slices.DeleteFunc(images, func(image string) bool {
		err := readable(image)
		if err != nil {
			refused = err
		}
		return err != nil
	})
	if len(images) == 0 {
		return Kernel{}, refused
	}
	return kernelOf(top, newest(images))
}

// anyKernels are those of every flavour, where most distributions put them.
const anyKernels = "boot/vmlinuz-*"

// ThisKernel is the one in a file, with its modules in lib/modules beside the
// file's directory, or in the machine's own.
func ThisKernel(image string) (Kernel, error) {
	version, err := VersionOf(image)
	if err != nil {
		return Kernel{}, err
	}
	k, err := withModules(filepath.Join(filepath.Dir(image), ".."), image, version)
	if err != nil {
		return withModules("/", image, version)
	}
	return k, nil
}

func kernelOf(top, image string) (Kernel, error) { return withModules(top, image, version(image)) }

func withModules(top, image, version string) (Kernel, error) {
	k := Kernel{version, image, filepath.Join(top, "lib/modules", version)}
	_, err := os.Stat(k.ModuleDir)
	return k, err
}

func readable(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	return f.Close()
}

func newest(images []string) string {
	return slices.MaxFunc(images, func(a, b string) int { return compareVersions(version(a), version(b)) })
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

func (k Kernel) modules() fs.FS { return os.DirFS(k.ModuleDir) }
