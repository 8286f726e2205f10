package features

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// A cause is a known reason for a refusal, and what to do about it.
type cause struct {
	holds func(root fs.FS, refused error) bool
	say   func(root fs.FS) string
}

// causes are tried in order; the most specific come first.
var causes = []cause{
	{
		// Ubuntu 23.10 and later: a user namespace can be made and is powerless.
		holds: func(root fs.FS, err error) bool {
			return denied(err) && read(root, "proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
		},
		say: func(fs.FS) string {
			return "AppArmor on this machine allows user namespaces only to programs with a profile. Give tentpole one:\n" + profile()
		},
	},
	{
		holds: func(root fs.FS, err error) bool {
			return denied(err) && read(root, "proc/sys/kernel/unprivileged_userns_clone") == "0"
		},
		say: fixed("this kernel keeps user namespaces for root (kernel.unprivileged_userns_clone is 0): run sudo tentpole, or use a virtual machine"),
	},
	{
		holds: func(root fs.FS, err error) bool {
			return (denied(err) || errors.Is(err, syscall.ENOSPC)) && read(root, "proc/sys/user/max_user_namespaces") == "0"
		},
		say: fixed("this machine allows no user namespaces (user.max_user_namespaces is 0): run sudo tentpole, or ask whoever administers it"),
	},
	{
		holds: func(root fs.FS, err error) bool { return denied(err) && inContainer(root) },
		say: fixed("tentpole runs inside a container whose engine forbids this: run it on the host, or start the container with " +
			"--security-opt seccomp=unconfined --security-opt systempaths=unconfined for this one container"),
	},
	{
		holds: func(_ fs.FS, err error) bool { return errors.Is(err, syscall.ENOSPC) },
		say:   fixed("the disk under the state directory is full, or a limit in /proc/sys/user is reached: free some space, or point XDG_STATE_HOME elsewhere"),
	},
	{
		holds: func(_ fs.FS, err error) bool { return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EACCES) },
		say:   fixed("the state directory cannot be written: point XDG_STATE_HOME to a directory that can"),
	},
	{
		holds: func(_ fs.FS, err error) bool { return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) },
		say: func(root fs.FS) string {
			return "this kernel (" + read(root, "proc/sys/kernel/osrelease") + ") does not know how: 5.11 or later does"
		},
	},
}

func fixed(s string) func(fs.FS) string { return func(fs.FS) string { return s } }

func denied(err error) bool { return errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) }

func read(root fs.FS, file string) string {
	b, err := fs.ReadFile(root, file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func inContainer(root fs.FS) bool {
	for _, mark := range []string{".dockerenv", "run/.containerenv"} {
		if _, err := fs.Stat(root, mark); err == nil {
			return true
		}
	}
	return false
}

// profile is an AppArmor profile for this very binary, ready to install; it
// takes nothing away from anybody else.
func profile() string {
	exe, err := os.Executable()
	if err != nil {
		exe = "/usr/local/bin/tentpole"
	}
	return fmt.Sprintf(`  sudo tee /etc/apparmor.d/tentpole >/dev/null <<'END'
  abi <abi/4.0>,
  include <tunables/global>
  profile tentpole %q flags=(unconfined) {
    userns,
  }
  END
  sudo apparmor_parser -r /etc/apparmor.d/tentpole`, exe)
}
