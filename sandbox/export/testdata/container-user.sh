#!/bin/sh
# Layers: mount,root,uts,ipc,pid,net,user,time,cgroup,capabilities,no-new-privs,seccomp,landlock,masks; root overlay.
# sh THIS [COMMAND [ARGUMENT...]]; with util-linux 2.38 or later and coreutils, as an ordinary user.
# Otherwise than in tentpole: setpriv(1) before util-linux 2.41 has no filter on system calls: all are left; a later one sets no_new_privs with it.
# Otherwise than in tentpole: setpriv(1) before util-linux 2.41 has no Landlock, and later ones no rules for ports; it sets no_new_privs with it.

# COMMAND is a shell unless told otherwise
set -eu
[ $# -gt 0 ] || set -- sh

# what is needed meanwhile lies here; nothing is mounted on it in the host's mount table
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/tentpole.XXXXXX")
leave() {
	status=$?
	trap - EXIT
	set +e
	cd /
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

# a root to build on, gone with the sandbox
mkdir -p root
mount -t tmpfs -o nosuid,mode=0755,size=1m tmpfs root

# a link as on the host
ln -s usr/bin root/bin

# the host's directory to read, one of the sandbox's own to write
mkdir -p upper/usr work/_usr root/usr
chmod --reference=/usr upper/usr
mount -t overlay -o lowerdir=/usr,upperdir=upper/usr,workdir=work/_usr,userxattr overlay root/usr
mkdir -p upper/home work/_home root/home
chmod --reference=/home upper/home
mount -t overlay -o lowerdir=/home,upperdir=upper/home,workdir=work/_home,userxattr overlay root/home

# a place for what lies below
mkdir -m 0755 -p root/mnt
mkdir -m 0755 -p root/mnt/a

# the host's directory to read, one of the sandbox's own to write
mkdir -p upper/mnt/c work/_mnt_c root/mnt/c
chmod --reference=/mnt/c upper/mnt/c
mount -t overlay -o lowerdir=/mnt/c,upperdir=upper/mnt/c,workdir=work/_mnt_c,userxattr overlay root/mnt/c

# a /dev with the everyday devices only, and terminals of its own
mkdir -p root/dev
mount -t tmpfs -o nosuid,noexec,mode=0755,size=64k tmpfs root/dev
for d in null zero full random urandom tty; do bind '' /dev/$d root/dev/$d; done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,nosuid,noexec devpts root/dev/pts
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

# the first process, in the namespaces that are to be its own
# the cgroup the process is in becomes the root of what it sees
# the boot clock starts again at nought, for whatever is started from here
unshare --mount --uts --ipc --pid --net --user --map-user=0 --map-group=0 --cgroup --time --monotonic -5000 --boottime -5000 --fork --kill-child sh inside "$@"
