package network

import (
	"errors"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// release takes everybody off the bridge who is gone, and folds the bridge up
// behind the last one. What could not be removed stays written down, so that
// the next one tries again.
func (l *ledger) release(gone func(owner string) bool) (swept Swept, err error) {
	left := l.standing
	var errs []error
	for _, m := range l.standing.Members {
		if !gone(m.Owner) {
			continue
		}
		if err := l.undo(&swept, disconnect(l.standing, m)); err != nil {
			errs = append(errs, err)
			continue
		}
		left = left.without(m.Owner)
	}
	errs = append(errs, l.strays(&swept, left, gone))
	if left.Bridge != "" && len(left.Members) == 0 {
		if err := l.undo(&swept, fold(left)); err != nil {
			errs = append(errs, err)
		} else {
			left = left.nothing()
		}
	}
	return swept, errors.Join(append(errs, l.write(left))...)
}

// undo performs all the operations, whatever becomes of single ones.
func (l *ledger) undo(swept *Swept, ops []Operation) error {
	var errs []error
	for _, o := range ops {
		switch err := l.scene.perform(o); {
		case err == nil:
			swept.note(o)
		case !errors.Is(err, errGone):
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// strays removes what is marked and written down nowhere, as when the state
// directory was removed: first the cables, then the bridges that have none.
func (l *ledger) strays(swept *Swept, standing Standing, gone func(owner string) bool) error {
	errs := []error{
		l.undoFor(swept, func(link netlink.Link, _ []netlink.Link) []Operation { return strayCable(link, standing, gone) }),
		l.undoFor(swept, func(link netlink.Link, all []netlink.Link) []Operation { return strayBridge(link, standing, all) }),
	}
	if err := errors.Join(errs...); !errors.Is(err, unix.EPERM) {
		return err
	}
	return nil // root's, and root's next janitor removes it
}

// undoFor performs what a look at each of the host's links comes to.
func (l *ledger) undoFor(swept *Swept, remove func(link netlink.Link, all []netlink.Link) []Operation) error {
	links, err := steady(l.scene.host.LinkList)
	if err != nil {
		return &Error{Op: "list", Target: "the host's links", Err: err}
	}
	var ops []Operation
	for _, link := range links {
		ops = append(ops, remove(link, links)...)
	}
	return l.undo(swept, ops)
}

// strayCable recognises the cable of an owner who is gone by its name, which
// follows from its alias.
func strayCable(link netlink.Link, standing Standing, gone func(owner string) bool) []Operation {
	a := link.Attrs()
	if link.Type() != "veth" || a.Alias == "" || a.Name != LinkName(a.Alias) || !gone(a.Alias) {
		return nil
	}
	if _, recorded := standing.member(a.Alias); recorded {
		return nil
	}
	return []Operation{DeleteLink{Name: a.Name, Mark: Mark{Alias: a.Alias}}}
}

// strayBridge recognises a bridge of ours that nobody is on.
func strayBridge(link netlink.Link, standing Standing, all []netlink.Link) []Operation {
	a := link.Attrs()
	port := func(l netlink.Link) bool { return l.Attrs().MasterIndex == a.Index }
	if link.Type() != "bridge" || a.Alias != standing.Alias || a.Name == standing.Bridge || slices.ContainsFunc(all, port) {
		return nil
	}
	return fold(Standing{Bridge: a.Name, Alias: a.Alias})
}
