package network

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// Look reads the machine, for a plan. It changes nothing but the state
// directory, which is made when missing, and works for any user.
func (b Bridge) Look(ctx context.Context) (Machine, error) {
	l, err := b.open(ctx)
	if err != nil {
		return Machine{}, err
	}
	defer l.close()
	return look(l.scene.host, l.standing)
}

// Attach puts a sandbox onto the bridge: it plans, writes down what it is about
// to make, and makes it. When it fails, all of that is gone again. Attaches
// wait for one another; ctx bounds the wait, and is looked at between
// operations. The error says features.ErrNotSupported to an ordinary user.
func (b Bridge) Attach(ctx context.Context, r Request) (a *Attachment, err error) {
	if err := apart(r.NetNS); err != nil {
		return nil, err
	}
	l, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	defer l.close()
	if _, err := l.release(b.dead); err != nil {
		return nil, err
	}
	m, err := l.ready(r.Owner)
	if err != nil {
		return nil, err
	}
	p, err := m.Plan(r.Owner)
	if err != nil {
		return nil, err
	}
	defer func() {
		if a == nil { // by a panic of Around's, too
			_, undo := l.release(is(r.Owner))
			err = errors.Join(err, undo)
		}
	}()
	if err := l.raise(ctx, p, r); err != nil {
		return nil, err
	}
	if err := l.scene.carry(ctx, p, LinkName(r.Owner)); err != nil {
		return nil, err
	}
	return p.attachment(r, b), nil
}

// ready reads the machine for a change. When somebody has put a bridge of their
// own in the place of ours, what is left of ours is taken away.
func (l *ledger) ready(owner string) (Machine, error) {
	m, err := look(l.scene.host, l.standing)
	if err == nil && !m.Allowed {
		err = explain(&Error{Op: "connect", Target: owner, Err: syscall.EPERM})
	}
	if err != nil || !m.displaced() {
		return m, err
	}
	if err := l.undo(&Swept{}, fold(l.standing)); err != nil {
		return m, err
	}
	if err := l.write(l.standing.nothing()); err != nil {
		return m, err
	}
	return look(l.scene.host, l.standing)
}

// raise writes the plan's outcome down, then performs the plan.
func (l *ledger) raise(ctx context.Context, p Plan, r Request) error {
	if err := l.write(p.standing); err != nil {
		return err
	}
	if err := l.scene.enter(r.NetNS); err != nil {
		return err
	}
	around := r.Around
	if around == nil {
		around = func(_ Operation, perform func() error) error { return perform() }
	}
	for _, o := range p.Operations {
		if err := ctx.Err(); err != nil {
			return &Error{Op: o.String(), Err: err}
		}
		if err := around(o, func() error { return l.scene.perform(o) }); err != nil {
			return err
		}
	}
	return nil
}

func (p Plan) attachment(r Request, b Bridge) *Attachment {
	return &Attachment{Owner: r.Owner, Bridge: p.Bridge, Link: LinkName(r.Owner), Interface: Interface,
		Address: p.Address, Names: p.Names, Notes: p.Notes, bridge: b,
		Hosts: Hosts(r.Hostname, p.Address.IPv4.Addr(), p.Address.IPv6.Addr())}
}

// closePatience bounds the wait for others who are attaching or closing.
const closePatience = 10 * time.Second

// Close takes the sandbox off the bridge, and the bridge away with the last
// one. It may be called more than once, and after the sandbox is gone.
func (a *Attachment) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	_, err := a.bridge.release(ctx, is(a.Owner))
	return err
}

// Sweep removes what dead owners left: their cables, and with the last one the
// bridge, its rules, and the settings that were changed for it.
func (b Bridge) Sweep(ctx context.Context) (Swept, error) { return b.release(ctx, b.dead) }

func (b Bridge) release(ctx context.Context, gone func(owner string) bool) (Swept, error) {
	l, err := b.open(ctx)
	if err != nil {
		return Swept{}, err
	}
	defer l.close()
	return l.release(gone)
}

func (b Bridge) dead(owner string) bool { return !b.Alive(owner) }

func is(owner string) func(string) bool {
	return func(other string) bool { return other == owner }
}
