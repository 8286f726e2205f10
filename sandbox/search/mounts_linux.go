package search

import (
	"fmt"
	"io"
	"os"

	"github.com/moby/sys/mountinfo"
)

// HostMounts reads /proc/self/mountinfo: what [Explain] wants.
func HostMounts() ([]Mount, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("read the mounts of this process: %w (is /proc mounted?)", err)
	}
	defer f.Close()
	return ReadMounts(f)
}

// ReadMounts parses a mountinfo file. It does not close r.
func ReadMounts(r io.Reader) ([]Mount, error) {
	rows, err := mountinfo.GetMountsFromReader(r, nil)
	if err != nil {
		return nil, fmt.Errorf("read mountinfo: %w", err)
	}
	mounts := make([]Mount, len(rows))
	for i, m := range rows {
		mounts[i] = Mount{m.ID, m.Parent, m.Major, m.Minor, m.Root, m.Mountpoint, m.FSType, m.Source}
	}
	return mounts, nil
}
