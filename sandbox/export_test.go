package sandbox

// For the tests of exports, which are outside of this package.
var (
	AMachine = aMachine
	AnySpec  = anySpec
)
