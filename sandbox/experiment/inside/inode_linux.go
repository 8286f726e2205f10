package inside

func init() { register("inode", lookAtInode) }

// lookAtInode tells what the inside sees of a file.
func lookAtInode(a *Act) error {
	var file string
	if err := a.Given(&file); err != nil {
		return err
	}
	seen, err := inode(file)
	return a.Say(InodeFound{Seen: seen, Refused: Explain(err)})
}
