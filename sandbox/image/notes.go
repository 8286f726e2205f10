package image

import "fmt"

// notes count what could not be unpacked as the image has it.
type notes struct {
	Owners int64 // files that belong to somebody else in the image
	Xattrs int64 // extended attributes left out
	Aufs   int64 // entries that only aufs understood
}

// sentences say it to a person.
func (n notes) sentences() []string {
	var out []string
	for _, s := range []struct {
		count int64
		say   string
	}{
		{n.Owners, "%d files and directories belong to other users in the image; here they belong to you."},
		{n.Xattrs, "%d extended attributes of the image were left out: only user.*, and security.capability for root, are kept."},
		{n.Aufs, "%d entries with names of aufs's own were left out."},
	} {
		if s.count > 0 {
			out = append(out, fmt.Sprintf(s.say, s.count))
		}
	}
	return out
}
