package server

import (
	"net"
	"slices"
	"sync"
	"time"
)

// door is where connections wait until somebody has logged in and opened a
// channel. When too many wait, one of them is closed for the new one: the oldest
// of the name that has most of them, and those who have told no name are of one
// name. So a crowd that says nothing keeps nobody out, nor does one name another.
// sshd drops new ones by chance for this; MaxStartups in sshd_config(5).
type door struct {
	net.Listener
	most int           // that wait
	slow time.Duration // a client may take nothing for
	shut func() error  // once

	mu      sync.Mutex
	waiting []*caller      // in the order of their coming
	inside  map[string]int // connections by name
}

// caller is one connection.
type caller struct {
	net.Conn
	door   *door
	name   string // as told, not proven before it is inside
	inside bool
	once   sync.Once
}

func newDoor(l net.Listener, most int, slow time.Duration) *door {
	return &door{Listener: l, most: most, slow: slow, shut: sync.OnceValue(l.Close), inside: map[string]int{}}
}

// Close implements net.Listener. The library may close it as well.
func (d *door) Close() error { return d.shut() }

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	conn, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &caller{Conn: conn, door: d}
	d.mu.Lock()
	var victim *caller
	if len(d.waiting) >= d.most {
		victim = d.victim()
	}
	d.waiting = append(d.waiting, c)
	d.mu.Unlock()
	if victim != nil {
		victim.Close()
	}
	return c, nil
}

// victim is who gives way.
func (d *door) victim() (v *caller) {
	by := map[string]int{}
	for _, c := range d.waiting {
		by[c.name]++
	}
	for _, c := range d.waiting {
		if v == nil || by[c.name] > by[v.name] {
			v = c
		}
	}
	return v
}

// says notes the name that a connection has told.
func (c *caller) says(name string) {
	c.door.mu.Lock()
	defer c.door.mu.Unlock()
	c.name = name
}

// enter has a connection wait no more, if its name has not too many inside.
func (c *caller) enter(name string) bool {
	d := c.door
	d.mu.Lock()
	defer d.mu.Unlock()
	switch at := slices.Index(d.waiting, c); {
	case c.inside:
		return true
	case at < 0 || d.inside[name] >= connectionsEach:
		return false
	default:
		d.waiting = slices.Delete(d.waiting, at, at+1)
	}
	c.name, c.inside = name, true
	d.inside[name]++
	return true
}

// Close implements net.Conn.
func (c *caller) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}

func (c *caller) leave() {
	d := c.door
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.Index(d.waiting, c); at >= 0 {
		d.waiting = slices.Delete(d.waiting, at, at+1)
	}
	if !c.inside {
		return
	}
	if d.inside[c.name]--; d.inside[c.name] == 0 {
		delete(d.inside, c.name)
	}
}

// Write implements net.Conn. A client that takes nothing is gone some time: its
// session would wait for it for ever.
func (c *caller) Write(b []byte) (int, error) {
	c.SetWriteDeadline(time.Now().Add(c.door.slow))
	return c.Conn.Write(b)
}
