package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/adrg/xdg"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// setups is where setups of the sandbox screen are kept: tentpole/setups below
// XDG_CONFIG_HOME. Under sudo it is that of the user who typed sudo, as with
// progress, whose owner this is.
func setups(owner *lessons.Owner) (*preset.Store, error) {
	dir, err := configDir(owner)
	if err != nil {
		return nil, err
	}
	s := &preset.Store{Dir: filepath.Join(dir, "tentpole", "setups")}
	if owner != nil {
		s.Own = func(f *os.File) error { return f.Chown(owner.UID, owner.GID) }
	}
	return s, nil
}

func configDir(owner *lessons.Owner) (string, error) {
	if dir := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	if owner == nil {
		if !filepath.IsAbs(xdg.ConfigHome) {
			return "", errors.New("find the directory for setups: there is no home directory; set HOME or XDG_CONFIG_HOME")
		}
		return xdg.ConfigHome, nil
	}
	u, err := user.LookupId(strconv.Itoa(owner.UID))
	if err != nil {
		return "", fmt.Errorf("find the home of the user who typed sudo: %w; set XDG_CONFIG_HOME", err)
	}
	return filepath.Join(u.HomeDir, ".config"), nil
}
