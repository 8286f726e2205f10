package seccomp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	profiles "github.com/moby/profiles/seccomp"
)

// ErrNoProfile says that what was read is JSON and holds no profile.
var ErrNoProfile = errors.New("there is no seccomp profile: no defaultAction, neither at the top nor below linux.seccomp")

// maxProfile bounds what is read; Docker's own profile has 14 KiB.
const maxProfile = 1 << 20

// Read reads a profile in JSON and resolves it for the target: a whole
// config.json of the OCI runtime specification, its linux.seccomp alone, or a
// profile in Docker's format, with includes, excludes and archMap.
//
// It means what it means to runc, but for three things. The architectures on
// its list are not looked at: the target's own is filtered, others are
// refused. Of several rules for one call the first that holds decides, where
// libseccomp has no order. A name that no architecture has is an error unless
// it is allowed: to leave it out would let the call through.
func Read(r io.Reader, on Target) (Policy, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil {
		return Policy{}, fmt.Errorf("read a seccomp profile: %w", err)
	}
	if len(data) > maxProfile {
		return Policy{}, fmt.Errorf("the seccomp profile has more than %d KiB", maxProfile>>10)
	}
	profile, err := decode(data)
	if err != nil {
		return Policy{}, err
	}
	return resolve(profile, on)
}

func decode(data []byte) (*profiles.Seccomp, error) {
	var file struct {
		OCIVersion string `json:"ociVersion"`
		Linux      struct {
			Seccomp *profiles.Seccomp `json:"seccomp"`
		} `json:"linux"`
	}
	profile := new(profiles.Seccomp)
	if err := errors.Join(json.Unmarshal(data, &file), json.Unmarshal(data, profile)); err != nil {
		return nil, fmt.Errorf("read a seccomp profile: %w", err)
	}
	if file.OCIVersion != "" || file.Linux.Seccomp != nil {
		profile = file.Linux.Seccomp
	}
	if profile == nil || profile.DefaultAction == "" {
		return nil, ErrNoProfile
	}
	return profile, nil
}
