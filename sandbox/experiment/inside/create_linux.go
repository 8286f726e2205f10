package inside

import "github.com/tentpole-labs/tentpole/sandbox/internal/ownfile"

func init() { register("create", createFile) }

// createFile makes a file that was not there, stays until the host wants no
// more, and removes it if it is still the same one.
func createFile(a *Act) error {
	var given Create
	if err := a.Given(&given); err != nil {
		return err
	}
	made, err := ownfile.Create(given.Path, given.Content+"\n")
	if err != nil {
		return a.Say(Created{Refused: Explain(err)})
	}
	if err := a.Say(Created{Device: made.Device, Inode: made.Inode, UID: made.UID, GID: made.GID}); err != nil {
		return err
	}
	a.Stay()
	return made.Remove()
}
