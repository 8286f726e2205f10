// Package landlock counts the Landlock domains that somebody is in.
//
// The kernel shows the domains of a process nowhere, not to itself either. It
// does refuse a domain too many: whoever goes on entering further ones until
// then knows how many there were to begin with. What was entered is never left
// again, so only a thread or a process that is thrown away may count.
//
// Use it for nothing but to show: a process that wants to know whether it may
// do something has to try.
//
// Errors are the kernel's errno under the name of the call; one that matches
// errors.ErrUnsupported says that the kernel has no Landlock, and then nobody
// is in a domain.
//
// Sources: landlock(7), landlock_restrict_self(2), and
// LANDLOCK_MAX_NUM_LAYERS in security/landlock/limits.h.
package landlock

// MaxDomains is how many domains can be stacked, by landlock(7).
const MaxDomains = 16
