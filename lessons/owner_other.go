//go:build !linux

package lessons

// Sandboxes need Linux, and so does sudo for their sake: elsewhere progress
// belongs to whoever runs this.
func invoker() (*Owner, error) { return nil, nil }

func asOwner(_ *Owner, f func()) error {
	f()
	return nil
}
