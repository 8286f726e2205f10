package facts

// Option changes what [Read] and [Self] read.
type Option func(*options)

type options struct {
	hostname  *string
	cgroup    *string
	landlock  *int
	processes bool
	usage     bool
}

// WithHostname takes the hostname from somebody who is inside, such as the
// sandbox's init, instead of entering the uts namespace to ask.
func WithHostname(name string) Option {
	return func(o *options) { o.hostname = &name }
}

// WithCgroup takes what /proc/PID/cgroup says to somebody in the process's own
// cgroup namespace from one who is there, instead of entering it to read.
func WithCgroup(text string) Option {
	return func(o *options) { o.cgroup = &text }
}

// WithLandlock takes the number of the process's Landlock domains from somebody
// who knows what the process was started with. Nobody can ask for them.
func WithLandlock(domains int) Option {
	return func(o *options) { o.landlock = &domains }
}

// WithUsage also reads what the process's cgroups use, see [Measure].
func WithUsage() Option {
	return func(o *options) { o.usage = true }
}

// WithProcesses also reads the list of processes. It looks at every process of
// the machine and is too dear for a board that is refreshed many times a
// second.
func WithProcesses() Option {
	return func(o *options) { o.processes = true }
}

func apply(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
