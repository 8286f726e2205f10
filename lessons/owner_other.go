//go:build !linux

package lessons

// Sandboxes need Linux, and so does sudo for their sake: elsewhere progress
// belongs to whoever runs this.
func invoker() (*Owner, error) { return nil, nil }

// Do runs f.
func (*Owner) Do(f func()) error {
	f()
	return nil
}
