package probe

import "golang.org/x/sys/unix"

// acts are all there are, by the IDs that package features has for them.
var acts = map[string]act{
	"pidfd": {do: pidfd},

	"mount":  {own: unix.CLONE_NEWNS, do: mount},
	"uts":    {own: unix.CLONE_NEWUTS, do: uts},
	"ipc":    {own: unix.CLONE_NEWIPC, do: ipc},
	"pid":    {own: unix.CLONE_NEWPID, do: pid},
	"proc":   {own: unix.CLONE_NEWPID | unix.CLONE_NEWNS, do: proc},
	"net":    {own: unix.CLONE_NEWNET, do: net},
	"cgroup": {own: unix.CLONE_NEWCGROUP, do: cgroup},
	"time":   {own: unix.CLONE_NEWTIME, do: clock},

	"user":         {own: unix.CLONE_NEWNS | unix.CLONE_NEWNET, do: user},
	"capabilities": {do: capabilities},
	"no-new-privs": {do: noNewPrivileges},
	"seccomp":      {do: seccomp},
	"landlock":     {do: domain},
	"masks":        {own: unix.CLONE_NEWNS, do: masks},

	"detached":         {own: unix.CLONE_NEWNS, do: detached},
	"overlay":          {own: unix.CLONE_NEWNS, do: rootOverlay},
	"overlay-id-map":   {own: unix.CLONE_NEWNS, do: shiftedOverlay},
	"overlay-user":     {own: unix.CLONE_NEWNS, do: userOverlay},
	"overlay-volatile": {own: unix.CLONE_NEWNS, do: volatileOverlay},
	"upper":            {own: unix.CLONE_NEWNS, do: upperDirectory},
	"id-map":           {own: unix.CLONE_NEWNS, do: idMap},

	"veth":   {own: unix.CLONE_NEWNET, do: veth},
	"bridge": {own: unix.CLONE_NEWNET, do: bridge},
	"nat":    {own: unix.CLONE_NEWNET, do: nat},
	"ping":   {own: unix.CLONE_NEWNET, do: ping},
}
