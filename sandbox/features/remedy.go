package features

import (
	"fmt"
	"os"
	"strings"
)

// The longer remedies, ready to be copied into a shell. None takes anything
// away from the protection of the machine.

// profile gives AppArmor's leave to this very binary and to nobody else; see
// https://documentation.ubuntu.com/security/security-features/privilege-restriction/apparmor/.
func profile(scene) string {
	exe, err := os.Executable()
	if err != nil {
		exe = "/usr/local/bin/tentpole"
	}
	return fmt.Sprintf(`give tentpole a profile of its own:
  sudo tee /etc/apparmor.d/tentpole >/dev/null <<'END'
  abi <abi/4.0>,
  include <tunables/global>
  profile tentpole %q flags=(unconfined) {
    userns,
    include if exists <local/tentpole>
  }
  END
  sudo apparmor_parser -r /etc/apparmor.d/tentpole`, exe)
}

// delegation has systemd hand controllers to users; systemd.resource-control(5),
// https://systemd.io/CGROUP_DELEGATION.
const delegation = `have systemd hand the controllers on, then log in again:
  sudo mkdir -p /etc/systemd/system/user@.service.d
  sudo tee /etc/systemd/system/user@.service.d/delegate.conf >/dev/null <<'END'
  [Service]
  Delegate=cpu cpuset io memory pids
  END
  sudo systemctl daemon-reload
or run sudo tentpole`

// subIDRange gives a user ids that are nobody's yet; usermod(8).
func subIDRange(s scene) string {
	name := s.caller.name
	if name == "" {
		name = "USER"
	}
	ids := free(s.root)
	return fmt.Sprintf("sudo usermod --add-subuids %s --add-subgids %[1]s %s", ids, name)
}

// securityModules adds Landlock to the modules that are on already.
func securityModules(s scene) string {
	now := s.read("sys/kernel/security/lsm")
	if now == "" {
		return "put lsm=landlock,… in front of the modules on the kernel's command line"
	}
	return "boot with lsm=landlock," + strings.TrimPrefix(now, "landlock,") + " on the kernel's command line"
}

const moreCapabilities = "ask whoever started tentpole: a container engine has --cap-add for one container, a service CapabilityBoundingSet="

const elsewhere = "point XDG_STATE_HOME to another directory"
