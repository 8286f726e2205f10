package main

import (
	"path/filepath"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/preset"
)

// setups is where setups of the sandbox screen are kept: beside the settings,
// and with the rights of the user whose they are.
func setups() (*preset.Store, error) {
	dir, owner, err := lessons.ConfigDir()
	if err != nil {
		return nil, err
	}
	return &preset.Store{Dir: filepath.Join(dir, "setups"), As: owner.Do}, nil
}
