package lessons

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/adrg/xdg"
)

// DefaultDir returns the directory that progress is kept in: tentpole below
// XDG_STATE_HOME or, without it, below the system's place for state. Under
// sudo it is the one of the user who typed sudo. It is not made here.
func DefaultDir() (string, error) {
	owner, err := invoker()
	if err != nil {
		return "", err
	}
	return defaultDir(owner)
}

// DefaultStore returns the store in DefaultDir. Under sudo its files belong to
// the user who typed sudo.
func DefaultStore() (*Store, error) {
	owner, err := invoker()
	if err != nil {
		return nil, err
	}
	dir, err := defaultDir(owner)
	if err != nil {
		return nil, err
	}
	return &Store{Dir: dir, Owner: owner}, nil
}

func defaultDir(owner *Owner) (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tentpole"), nil
	}
	if owner == nil {
		if !filepath.IsAbs(xdg.StateHome) {
			return "", errors.New("find the directory for progress: there is no home directory; set HOME or XDG_STATE_HOME")
		}
		return filepath.Join(xdg.StateHome, "tentpole"), nil
	}
	u, err := user.LookupId(strconv.Itoa(owner.UID))
	if err != nil {
		return "", fmt.Errorf("find the home of the user who typed sudo: %w; set XDG_STATE_HOME", err)
	}
	return filepath.Join(u.HomeDir, ".local", "state", "tentpole"), nil
}

// sudoIDs returns who typed sudo by what sudo left in the environment, or nil.
func sudoIDs() (*Owner, error) {
	if os.Geteuid() != 0 || os.Getenv("SUDO_USER") == "" || os.Getenv("SUDO_UID") == "" {
		return nil, nil
	}
	uid, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	if err != nil || uid < 0 {
		return nil, fmt.Errorf("find who typed sudo: SUDO_UID is %q, not a number", os.Getenv("SUDO_UID"))
	}
	gid, err := strconv.Atoi(os.Getenv("SUDO_GID"))
	if err != nil || gid < 0 {
		return nil, fmt.Errorf("find who typed sudo: SUDO_GID is %q, not a number", os.Getenv("SUDO_GID"))
	}
	if uid == 0 {
		return nil, nil
	}
	return &Owner{uid, gid}, nil
}
