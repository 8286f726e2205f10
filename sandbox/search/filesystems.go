package search

import "strings"

// A kind is what a search does with a file system.
type kind int

const (
	local  kind = iota // walked
	pseudo             // not walked, but safe to pass on the way to a local one mounted below
	remote             // not walked and not passed: a lookup in it may never return
)

// A fileSystem is a row of the table: what is done with a type, and why.
type fileSystem struct {
	kind kind
	why  string
}

const (
	whyKernel  = "made by the kernel: its names are no files"
	whyNetwork = "on another machine: asking it may take forever"
	whyOutside = "shared from outside this virtual machine: slow, and not this kernel's files"
	whyTrigger = "an automount point: looking would mount things"
	whyFUSE    = "answered by a program, which may never answer"
	whyBelow   = "mounted below a file system that was skipped"
)

// fileSystems holds every type that is not walked. What is not in it, and has
// no subtype of fuse, is local.
var fileSystems = table(
	row{fileSystem{pseudo, whyKernel}, `proc sysfs cgroup cgroup2 cpuset devpts debugfs tracefs
		securityfs pstore bpf configfs fusectl mqueue hugetlbfs binfmt_misc efivarfs nsfs
		rpc_pipefs nfsd selinuxfs smackfs apparmorfs resctrl functionfs binder xenfs
		openpromfs oprofilefs spufs usbfs ocfs2_dlmfs`},
	row{fileSystem{remote, whyTrigger}, `autofs`},
	row{fileSystem{remote, whyNetwork}, `nfs nfs4 cifs smb3 smbfs smb2 ceph afs ncpfs ncp coda
		lustre gfs2 ocfs2 beegfs gpfs orangefs pvfs2 panfs davfs acfs glusterfs`},
	row{fileSystem{remote, whyOutside}, `9p virtiofs vboxsf vmhgfs prl_fs drvfs wslfs`},
	row{fileSystem{remote, whyFUSE}, `fuse`},
)

type row struct {
	fileSystem
	types string
}

func table(rows ...row) map[string]fileSystem {
	all := map[string]fileSystem{}
	for _, r := range rows {
		for _, name := range strings.Fields(r.types) {
			all[name] = r.fileSystem
		}
	}
	return all
}

// fileSystemOf looks a type up. Every subtype of FUSE (fuse.sshfs, fuse.portal)
// is treated as FUSE itself; fuseblk is a local disk and is not a subtype.
func fileSystemOf(fstype string) fileSystem {
	if found, ok := fileSystems[fstype]; ok {
		return found
	}
	base, _, _ := strings.Cut(fstype, ".")
	return fileSystems[base]
}
