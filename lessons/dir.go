package lessons

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/adrg/xdg"
)

// shelf is a kind of directory of the user's, as the XDG Base Directory
// Specification names them.
type shelf struct {
	what     string        // what is kept there
	variable string        // that names it
	system   func() string // where it is without the variable
	below    string        // where it is below the home of somebody else
}

var (
	state = shelf{"progress", "XDG_STATE_HOME", func() string { return xdg.StateHome }, ".local/state"}
	setup = shelf{"settings", "XDG_CONFIG_HOME", func() string { return xdg.ConfigHome }, ".config"}
)

// DefaultDir returns the directory that progress is kept in: tentpole below
// XDG_STATE_HOME or, without it, below the system's place for state. Under
// sudo it is the one of the user who typed sudo. It is not made here.
func DefaultDir() (string, error) {
	dir, _, err := state.dir()
	return dir, err
}

// ConfigDir returns the directory for what the user has set: tentpole below
// XDG_CONFIG_HOME, found as DefaultDir is, and to whom it belongs.
func ConfigDir() (string, *Owner, error) { return setup.dir() }

// DefaultStore returns the store in DefaultDir. Under sudo its files belong to
// the user who typed sudo.
func DefaultStore() (*Store, error) {
	dir, owner, err := state.dir()
	if err != nil {
		return nil, err
	}
	return &Store{Dir: dir, Owner: owner}, nil
}

// dir returns tentpole's own directory there, and under sudo its owner.
func (s shelf) dir() (string, *Owner, error) {
	owner, err := invoker()
	if err != nil {
		return "", nil, err
	}
	top, err := s.top(owner)
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(top, "tentpole"), owner, nil
}

func (s shelf) top(owner *Owner) (string, error) {
	if dir := os.Getenv(s.variable); filepath.IsAbs(dir) {
		return dir, nil
	}
	if owner == nil {
		if dir := s.system(); filepath.IsAbs(dir) {
			return dir, nil
		}
		return "", fmt.Errorf("find the directory for %s: there is no home directory; set HOME or %s", s.what, s.variable)
	}
	u, err := user.LookupId(strconv.Itoa(owner.UID))
	if err != nil {
		return "", fmt.Errorf("find the home of the user who typed sudo: %w; set %s", err, s.variable)
	}
	return filepath.Join(u.HomeDir, filepath.FromSlash(s.below)), nil
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
