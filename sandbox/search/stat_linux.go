package search

import "golang.org/x/sys/unix"

// statAt asks for the attributes of a name in an open directory, or of the
// descriptor itself when the name is empty. Symbolic links are not followed,
// nothing is mounted on the way, and a server is not asked.
func statAt(dir int, name string) (Stat, error) {
	const flags = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT | unix.AT_STATX_DONT_SYNC | unix.AT_EMPTY_PATH
	var st unix.Statx_t
	for {
		err := unix.Statx(dir, name, flags, unix.STATX_BASIC_STATS, &st)
		if err == unix.EINTR {
			continue
		}
		return Stat{
			Device: unix.Mkdev(st.Dev_major, st.Dev_minor),
			Inode:  st.Ino,
			UID:    st.Uid,
			GID:    st.Gid,
			Mode:   uint32(st.Mode),
			Size:   int64(st.Size),
			Links:  uint64(st.Nlink),
		}, err
	}
}
