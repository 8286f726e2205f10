package facts

// Option changes what [Read] and [Self] read.
type Option func(*options)

type options struct {
	hostname  *string
	processes bool
}

// WithHostname takes the hostname from somebody who is inside, such as the
// sandbox's init, instead of entering the uts namespace to ask.
func WithHostname(name string) Option {
	return func(o *options) { o.hostname = &name }
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
