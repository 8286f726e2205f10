package seccomp

// Docker is Docker's default profile of the module
// github.com/moby/profiles/seccomp, with its rules for capabilities, kernel
// and architecture resolved as Docker does. Names of other architectures are
// left out. Calls that no rule decides fail with EPERM, but those newer than
// the profile with ENOSYS, as under runc.
//
// The profile's answers are the module's, to the letter. One of them is
// weaker than it looks: socket(2) is allowed for families above AF_VSOCK,
// compared in 64 bits as libseccomp compares, while the kernel takes 32, so
// AF_VSOCK plus 2³² passes the filter and makes a vsock socket. It does under
// runc, too.
func Docker(on Target) (Policy, error) {
	profile, err := dockerProfile()
	if err != nil {
		return Policy{}, err
	}
	return resolve(profile, on)
}
