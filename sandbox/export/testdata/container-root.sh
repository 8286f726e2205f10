#!/bin/sh
# Layers: mount,root,uts,ipc,pid,net,user,time,memory,cgroup,cpu,pids,io,capabilities,no-new-privs,seccomp,landlock,masks; root overlay.
# sh THIS [COMMAND [ARGUMENT...]]; with util-linux 2.38 or later and coreutils, as root.
# Otherwise than in tentpole: the root's files belong to nobody inside: mount(8) of util-linux 2.38 cannot shift the owners of what an overlay shows.
# Otherwise than in tentpole: setpriv(1) before util-linux 2.41 has no filter on system calls: all are left; a later one sets no_new_privs with it.
# Otherwise than in tentpole: setpriv(1) before util-linux 2.41 has no Landlock, and later ones no rules for ports; it sets no_new_privs with it.

# COMMAND is a shell unless told otherwise
set -eu
[ $# -gt 0 ] || set -- sh

# what is needed meanwhile lies here; nothing is mounted on it in the host's mount table
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/tentpole.XXXXXX")
group=tentpole-script-$$
remove() {
	[ -d "$1" ] || return 0
	for try in 1 2 3 4 5 6 7 8 9 10; do
		rmdir "$1" 2> /dev/null && return
		while read -r pid; do [ "$pid" = 0 ] || kill -9 "$pid" 2> /dev/null || :; done < "$1/cgroup.procs"
		sleep 0.1
	done
}
leave() {
	status=$?
	trap - EXIT
	set +e
	cd /
	remove /sys/fs/cgroup/freezer/"$group"
	remove /sys/fs/cgroup/blkio/"$group"
	remove /sys/fs/cgroup/pids/"$group"
	remove /sys/fs/cgroup/cpu/"$group"
	remove /sys/fs/cgroup/memory/"$group"
	remove /sys/fs/cgroup/unified/"$group"
	chmod -R u+rwX "$dir"
	rm -rf --one-file-system "$dir"
	exit $status
}
trap leave EXIT
trap : INT QUIT # the command's to answer
trap 'exit 129' HUP
trap 'exit 143' TERM
cd "$dir"
chmod 711 .

# what happens in the new namespaces
cat > inside <<'INSIDE'
# run by the script, in the new namespaces
set -eu
bind() { # OPTIONS SOURCE TARGET: with what is mounted below
	if [ -d "$2" ]; then mkdir -p "$3"; elif [ ! -e "$3" ]; then mkdir -p "$(dirname "$3")"; : > "$3"; fi
	mount --rbind "$2" "$3"
	[ -z "$1" ] || findmnt -Rnro TARGET "$3" | while read -r at; do mount -o "remount,bind,$1" "$at"; done
}
within() { # PATH: no link on the way may lead out of the new root
	case $(realpath -m -- "$1") in "$(pwd -P)"/root/*) ;; *) echo "$1 leads out of the new root" >&2; exit 1 ;; esac
}

# from here on neither side sees what the other mounts
mount --make-rprivate /
mount --rbind root root

# a /dev with the everyday devices only, and terminals of its own
mkdir -p root/dev
mount -t tmpfs -o nosuid,noexec,mode=0755,size=64k tmpfs root/dev
for d in null zero full random urandom tty; do bind '' /dev/$d root/dev/$d; done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,nosuid,noexec,gid=5 devpts root/dev/pts
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm root/dev/shm
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
ln -s /proc/self/fd/0 root/dev/stdin
ln -s /proc/self/fd/1 root/dev/stdout
ln -s /proc/self/fd/2 root/dev/stderr

# a /proc that shows only the processes of the new pid namespace
mkdir -p root/proc
mount -t proc -o nosuid,nodev,noexec proc root/proc

# a /sys that lists only the links of the sandbox's own network, to read; the host's where the kernel gives no other
mkdir -p root/sys
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs root/sys || bind ro /sys root/sys

# the host's cgroups, to read
bind ro /sys/fs/cgroup root/sys/fs/cgroup

# tentpole's own state is not for the inside
[ ! -d root/home/u/.local/state/tentpole ] || mount -t tmpfs -o ro tmpfs root/home/u/.local/state/tentpole

# what tells about the machine, or steers it, is covered
for p in root/proc/acpi root/proc/asound root/proc/interrupts root/proc/kcore root/proc/keys root/proc/latency_stats root/proc/scsi root/proc/timer_list root/proc/timer_stats root/sys/devices/virtual/powercap root/sys/firmware; do
	if [ -d "$p" ]; then mount -t tmpfs -o ro tmpfs "$p"; elif [ -e "$p" ]; then bind ro /dev/null "$p"; fi
done
for p in root/proc/bus root/proc/fs root/proc/irq root/proc/sys root/proc/sysrq-trigger; do [ ! -e "$p" ] || bind ro "$p" "$p"; done

# the tent gets a name, the campground keeps its own
hostname tent

# a new network namespace has a loopback interface, switched off
ip link set lo up

# calls that programs seldom need are refused
base64 -d > filter <<'FILTER'
…
FILTER
exec 9< filter

# the new root takes the old one's place
cd root && pivot_root . . && umount -l .
cd /

# calls that programs seldom need are refused
if setpriv --help | grep -q -e --seccomp-filter; then set -- setpriv --seccomp-filter /proc/self/fd/9 sh -c 'exec 9<&-; exec "$@"' sh "$@"; else exec 9<&-; fi

# rules for files that not even root inside can lift
if setpriv --help | grep -q -e --landlock-rule; then for p in /; do [ ! -e "$p" ] || set -- --landlock-rule "path-beneath:execute,read-file,read-dir:$p" "$@"; done; for p in /dev /home /media /mnt /opt /proc /root /run /srv /tmp /var; do [ ! -e "$p" ] || set -- --landlock-rule "path-beneath::$p" "$@"; done; set -- setpriv --landlock-access fs "$@"; fi

# no program that it executes gives it more rights
set -- setpriv --no-new-privs "$@"

# root without most of root's rights
set -- setpriv --bounding-set -dac_read_search,-linux_immutable,-net_broadcast,-net_admin,-ipc_lock,-ipc_owner,-sys_module,-sys_rawio,-sys_ptrace,-sys_pacct,-sys_admin,-sys_boot,-sys_nice,-sys_resource,-sys_time,-sys_tty_config,-lease,-audit_control,-mac_override,-mac_admin,-syslog,-wake_alarm,-block_suspend,-audit_read,-perfmon,-bpf,-checkpoint_restore --inh-caps -all --ambient-caps -all "$@"

# the command itself; this shell stays above it, as an init
if [ -t 0 ] && [ -t 1 ] && command -v script > /dev/null; then
	line=
	for word; do # quoted again, by the shell itself: there may be nothing else
		line="$line '"
		while [ "$word" != "${word%%\'*}" ]; do line="$line${word%%\'*}'\\''"; word=${word#*\'}; done
		line="$line$word'"
	done
	SHELL=/bin/sh script -qec "$line" /dev/null
else
	"$@"
fi
INSIDE

# what the host's root has to do first
cat > outside <<'OUTSIDE'
# run by the script, with the host's root's rights still; root inside works in the same place
set -eu
chown 100000:100000 .

# the files to read, a directory of the sandbox's own to write
mkdir -p upper work root
chmod --reference=/ upper work
chown 100000:100000 upper work
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
mkdir -p mounts/0/upper/home mounts/0/work root/home
chmod --reference=/home mounts/0/upper/home mounts/0/work
chown 100000:100000 mounts/0/upper/home mounts/0/work
mount -t overlay -o lowerdir=/home,upperdir=mounts/0/upper/home,workdir=mounts/0/work overlay root/home
mkdir -p mounts/1/upper/mnt/a/b mounts/1/work root/mnt/a/b
chmod --reference=/mnt/a/b mounts/1/upper/mnt/a/b mounts/1/work
chown 100000:100000 mounts/1/upper/mnt/a/b mounts/1/work
mount -t overlay -o lowerdir=/mnt/a/b,upperdir=mounts/1/upper/mnt/a/b,workdir=mounts/1/work overlay root/mnt/a/b

# root inside is nobody outside
mkfifo ready
unshare --user sh -c 'echo > ready; exec sleep 30' &
holder=$!
read -r _ < ready
echo 0 100000 65536 > /proc/$holder/uid_map
echo 0 100000 65536 > /proc/$holder/gid_map

# the rest of the namespaces belong to that one
status=0
nsenter --user=/proc/$holder/ns/user --setuid 0 --setgid 0 unshare --mount --uts --ipc --pid --net --cgroup --time --monotonic -5000 --boottime -5000 --fork --kill-child sh inside "$@" || status=$?
kill $holder 2> /dev/null || :
exit $status
OUTSIDE

# a cgroup tells which processes belong here, and ends them all at once
mkdir /sys/fs/cgroup/unified/"$group"

# cgroup v1 has a tree for each kind of limit: one for commands in each
mkdir /sys/fs/cgroup/memory/"$group"
mkdir /sys/fs/cgroup/cpu/"$group"
mkdir /sys/fs/cgroup/pids/"$group"
mkdir /sys/fs/cgroup/blkio/"$group"
mkdir /sys/fs/cgroup/freezer/"$group"

# a limit for all commands together
echo 268435456 > /sys/fs/cgroup/memory/"$group"/memory.limit_in_bytes
echo 268435456 > /sys/fs/cgroup/memory/"$group"/memory.memsw.limit_in_bytes
echo 100000 > /sys/fs/cgroup/cpu/"$group"/cpu.cfs_quota_us
echo 128 > /sys/fs/cgroup/pids/"$group"/pids.max
echo '8:0 67108864' > /sys/fs/cgroup/blkio/"$group"/blkio.throttle.read_bps_device
echo '8:0 67108864' > /sys/fs/cgroup/blkio/"$group"/blkio.throttle.write_bps_device

# the first process, in the namespaces that are to be its own
# the limited cgroup becomes the root of what commands see
# the boot clock starts again at nought, for whatever is started from here
# each command joins the group that is limited; its init stays out of it
(
	echo 0 > /sys/fs/cgroup/unified/"$group"/cgroup.procs
	echo 0 > /sys/fs/cgroup/memory/"$group"/tasks
	echo 0 > /sys/fs/cgroup/cpu/"$group"/tasks
	echo 0 > /sys/fs/cgroup/pids/"$group"/tasks
	echo 0 > /sys/fs/cgroup/blkio/"$group"/tasks
	echo 0 > /sys/fs/cgroup/freezer/"$group"/tasks
	exec unshare --mount sh outside "$@"
)
