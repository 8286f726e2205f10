package facts

import "strings"

// About says what a row of the board is, whatever stands in it: a sentence or
// two, and the manual page that tells the rest. Both are empty for an id that
// no board has.
func About(id string) (what, man string) {
	if strings.HasPrefix(id, PathRow) {
		id = PathRow
	}
	row := about[id]
	return row.what, row.man
}

// about is what there is to say of the rows, by their ids.
var about = map[string]struct{ what, man string }{
	"kernel":  {"Which kernel the process runs on. A machine of its own has one of its own; everything below is then counted there.", "uname(2)"},
	"boot_id": {"The number that a kernel draws for itself when it boots. Two numbers are two kernels.", "random(4)"},

	"ns.mount":  {"The number of the namespace that holds the table of mounts. Two processes with the same number see the same mounts.", "mount_namespaces(7)"},
	"ns.uts":    {"The number of the namespace that holds the host name. Two processes with the same number share one name.", "uts_namespaces(7)"},
	"ns.ipc":    {"The number of the namespace that holds message queues, semaphores and shared memory that are found by a key or a name.", "ipc_namespaces(7)"},
	"ns.pid":    {"The number of the namespace that numbers processes. A process has a number in its own and one in each above it.", "pid_namespaces(7)"},
	"ns.net":    {"The number of the namespace that holds interfaces, addresses, routes, ports and packet filters.", "network_namespaces(7)"},
	"ns.user":   {"The number of the namespace that says who is who: which user outside stands behind a user inside, and what capabilities count for.", "user_namespaces(7)"},
	"ns.cgroup": {"The number of the namespace that says where the cgroup tree begins for the process.", "cgroup_namespaces(7)"},
	"ns.time":   {"The number of the namespace that moves the monotonic clock and the boot clock.", "time_namespaces(7)"},

	"pid":        {"The number that the process has for the host, and the one it has for itself.", "pid_namespaces(7)"},
	"processes":  {"How many processes are seen from either side.", "proc(5)"},
	"mounts":     {"How many mounts the process sees: the lines of /proc/PID/mountinfo.", "proc(5)"},
	"root":       {"The file system that stands behind / for the process.", "pivot_root(2)"},
	PathRow:      {"The file system that holds this path, as either side sees it. The same name may lead to different files.", "mount_namespaces(7)"},
	"hostname":   {"The name of the machine as the process sees it.", "uts_namespaces(7)"},
	"interfaces": {"The network interfaces that the process sees.", "network_namespaces(7)"},
	"boot":       {"When the machine was started, by the process's own boot clock.", "time_namespaces(7)"},

	"uid":     {"Which user of the host stands behind uid 0 inside. The kernel asks for that one when files are opened.", "user_namespaces(7)"},
	"gid":     {"Which group of the host stands behind gid 0 inside.", "user_namespaces(7)"},
	"runs_as": {"The user that the process runs as, as either side numbers it.", "credentials(7)"},

	"limits.memory": {"How much memory the process and the others in its cgroup may use together.", "cgroups(7)"},
	"limits.cpu":    {"How much processor time the process and the others in its cgroup may use together.", "cgroups(7)"},
	"limits.pids":   {"How many processes there may be in its cgroup.", "cgroups(7)"},
	"limits.io":     {"How fast the process and the others in its cgroup may read from and write to disks.", "cgroups(7)"},
	"cgroup":        {"The group that the process is counted and limited in, as the host sees it.", "cgroups(7)"},
	"cgroup_path":   {"The path of its cgroup as the process itself sees it.", "cgroup_namespaces(7)"},

	"capabilities": {"How many of root's rights the process has now.", "capabilities(7)"},
	"bounding":     {"How many of root's rights the process can ever have: what is not in this set no exec brings back.", "capabilities(7)"},
	"no_new_privs": {"Whether an exec can give more rights than its caller had.", "prctl(2)"},
	"seccomp":      {"Whether a filter decides about the system calls of the process.", "seccomp(2)"},
	"landlock":     {"How many sets of Landlock rules bind the process to some files and ports.", "landlock(7)"},
	"masks":        {"How many of the files that tell about the machine or steer it are covered.", "proc(5)"},
	"lsm":          {"The label by which a security module such as AppArmor or SELinux decides about the process.", "proc(5)"},
}
