// The package has functions without a body, which are the runtime's.
